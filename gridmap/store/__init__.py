"""The database seam: declarative base, sessions, migrations."""
