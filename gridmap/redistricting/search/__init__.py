"""Search for plans."""
