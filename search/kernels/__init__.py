"""Loops over plain arrays that find and rank documents of one segment; each has a numpy twin with the same answer."""
