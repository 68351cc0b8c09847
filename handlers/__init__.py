"""People: Slack and the web. A handler parses, calls the desk once, and answers."""
