"""Bytes to Article, pure: no disk, no network, no clock."""
