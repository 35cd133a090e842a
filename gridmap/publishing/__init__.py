"""What may be read from outside: layers of the map as of a day, and search by name."""
