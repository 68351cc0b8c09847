"""A stand-in for X: its HTTP API, its webhooks and everybody on it."""
