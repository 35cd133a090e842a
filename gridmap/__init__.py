"""gridmap: a county's grids, who answers for each place, and what is reported there."""
