"""Scenes: invented people who write to the demo's ministry, in their own words."""
