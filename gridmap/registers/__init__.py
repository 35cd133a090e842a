"""The county's registers: rosters and ledgers with their forms, their history, and their corrections."""
