"""In which order people are served, and where. Pure throughout."""
