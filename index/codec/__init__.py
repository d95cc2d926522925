"""The files of a segment: arrays on disk, mapped into memory, readable by Whoosh."""
