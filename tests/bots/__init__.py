"""Tests of the bots: X through the real tweepy and its stand-in, doors, listening, postroom."""
