"""The only room that speaks to the public world."""
