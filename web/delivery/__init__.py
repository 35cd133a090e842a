"""The way out of the house: mail servers and group robots. The only network calls of gridmap."""
