"""Reads articles and writes the index. Stores facts; makes no judgements about queries."""
