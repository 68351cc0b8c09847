"""Claim statistics: what is counted of conversations, kept as sums that can be added up."""
