"""Postings as arrays: how the words of a segment lie on disk, how they are written, read and shown to Whoosh."""
