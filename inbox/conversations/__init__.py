"""A conversation: what may happen to it, and what it becomes. Pure throughout."""
