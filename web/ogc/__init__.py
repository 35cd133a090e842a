"""OGC API - Features, Parts 1 and 2, over the one list of collections."""
