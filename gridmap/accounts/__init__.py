"""Accounts: who may sign in, and what the posts of the day let them do."""
