"""Files out: collections in the formats that people use, and everything at once."""
