"""The demo county: a county town that the product makes itself, the same on every machine."""
