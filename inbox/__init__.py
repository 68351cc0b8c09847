"""The core: what may happen to a conversation, and where it is kept."""
