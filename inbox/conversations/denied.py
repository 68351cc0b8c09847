"""Why something may not happen to a conversation: the house's one word for it."""

from inbox.denied import Denied, Why

__all__ = ["Denied", "Why"]
