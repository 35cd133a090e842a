"""The county's data, and what reads and writes it."""
