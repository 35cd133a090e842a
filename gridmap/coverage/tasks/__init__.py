"""Tasks: who mends a gap of coverage, by when; a task closes itself once the fact is there."""
