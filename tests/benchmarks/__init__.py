"""Measurements to be repeated by anybody: run as modules, never by pytest."""
