"""The directory: who can be reached, how, and how sure we are that it is they. Pure throughout."""
