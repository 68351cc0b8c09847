"""Who works here, for which accounts, and what they may do. Pure throughout."""
