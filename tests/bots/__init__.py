"""Tests of the bots: X through the real tweepy and its stand-in, doors, listening, postroom."""

import pytest

# Before anything imports it: the suite's asserts tell what they compared, as those of a test do.
pytest.register_assert_rewrite("tests.bots.conformance", "tests.seals")
