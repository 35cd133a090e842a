"""Files that a browser sends: kept for a day, looked at, checked, taken, rolled back."""
