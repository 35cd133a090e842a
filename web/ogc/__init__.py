"""OGC API - Features, Part 1: Core, over the one list of collections."""
