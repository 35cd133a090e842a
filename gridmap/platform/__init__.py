"""The door for other systems: API keys, requests in the words of Open311, webhooks out."""
