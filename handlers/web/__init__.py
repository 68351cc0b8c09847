"""The web page: figures, and every conversation found, read, claimed and answered without Slack."""
