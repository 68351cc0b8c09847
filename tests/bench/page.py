"""The words of docs/performance.md."""

PAGE = """# Performance

Written by `make bench`, which prints the same figures; do not edit it, run it. Absolute figures
tell about a machine, ratios about the product: both sides of one are measured in the same run.

{machine}; {day}, in {seconds} s,
load {load:.1f} before it began.

{table}

## Missed goals

{verdict}

## How it is measured

- **Intake**: one process serves the real doors and a bare aiohttp handler; another process sends
  prepared, signed pushes of X over 32 connections, each a question of somebody new. The two take
  turns, 1,500 requests each; the first pair warms up, the median of the other seven is told. The
  bare handler makes the very call that a real intake's commit made (same keys, snapshot, entry and
  payload) for another conversation, by the same client, with its arguments prepared before: it
  parses, checks, sorts and encodes nothing, and saves the round trip that routes a message to its
  conversation.
- **Claims**: sixteen officers through one desk, each claiming the next of 4,000; first a process
  that must fetch each conversation, then one that remembers it. The race: fifty officers over
  twenty-five desks that share nothing but the server.
- **Bytes**: 400 conversations of six messages ({source}), `MEMORY USAGE` of every key but `raw:*`;
  a closed one was claimed and closed by an officer.
- **Cards**: the whole product as a process of its own, between stand-ins of X and Slack; from the
  post to the moment its card stands in the channel, with Slack's limits enforced by the stand-in.
  Every card is claimed, so that its seat is free again.

The machine may have had other work at the time (the load above is what it had before). On these
two cores, beside other people's tests at a load of 2 to 9, four runs told 384 to 1,260 messages a
second, 892 to 4,600 claims a second and 12.5 to 76 ms for the slowest hundredth of them, the
better the less else was going on; the intake ratio stayed between 0.34 and 0.43. A verdict on
claims needs a machine of its own.
"""

DOMINATES = {
    "intake_ratio": (
        "a message costs this process some four times the CPU of the bare request, and no single "
        "part of it stands out. In a sampling profile aiohttp and its sockets took 27 % of a "
        "message, X's signature and JSON 14 %, the client with its two round trips (route, then "
        "commit) 14 %, the desk and the doors the rest, of which sorting by words 5 %, chaining "
        "the entry 4 %, compressing the payload 4 %."
    ),
    "claim_per_s": "a claim of an unseen conversation is two round trips, the second an fsync.",
    "claim_p99_ms": (
        "beside other work on the machine, waiting for a core; else the server's fsync, which all "
        "who wait share."
    ),
    "claim_race_wrong": "this is a fault of correctness, not of speed.",
    "bytes_open": (
        "two thirds are the history: six entries of some 560 bytes, whose texts are 250 and which "
        "name account, thread, person and author each time; then the snapshot, 630 bytes, and "
        "97 bytes a message in the registry."
    ),
    "bytes_closed": (
        "the same history: nothing compresses the lines of closed conversations yet, and closing "
        "adds two entries."
    ),
}
"""What a profile showed (November 2026) of each goal that may be missed."""
