"""Door visits: which doors are due, the round of a worker, what was found there."""
