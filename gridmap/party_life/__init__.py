"""The basic work of branches and groups: duties of the year, members, attendance."""
