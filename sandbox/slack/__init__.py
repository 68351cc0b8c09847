"""A stand-in for Slack that keeps Slack's contracts: its Web API, its deliveries, its refusals."""
