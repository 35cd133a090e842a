"""Reports and the ladder they climb."""
