"""A place in, its grid, building and the people who answer for it out."""
