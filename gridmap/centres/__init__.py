"""Service centres and the new employment groups that check in there."""
