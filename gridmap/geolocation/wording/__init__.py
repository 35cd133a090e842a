"""Places in words: what a text says of where, read against the names of one county."""
