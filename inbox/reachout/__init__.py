"""Reaching somebody when usual channels fail: the ladder, one rung at a time. Pure throughout."""
