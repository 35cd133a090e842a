"""Double check-in: who reports to a community, what is done together, hours and stars."""
