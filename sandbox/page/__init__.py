"""The two-pane page: the public on the left, the team's Slack on the right."""
