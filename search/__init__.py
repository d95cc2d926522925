"""Answers queries: the engine, the web pages, the JSON endpoint and the command line."""
