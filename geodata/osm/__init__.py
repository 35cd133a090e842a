"""OpenStreetMap in: roads, water, buildings, addresses and places of an area, by its tags."""
