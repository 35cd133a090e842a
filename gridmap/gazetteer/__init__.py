"""The gazetteer as people keep it: names, addresses, and which grid answers for a road on an edge."""
