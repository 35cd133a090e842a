"""SQL of redistricting: what plans are made of, plans themselves, and how they come into force."""
