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

- **Intake**: one process serves the real doors and two bare handlers; another process sends
  prepared, signed pushes of X over 32 connections, each a question of somebody new. The three take
  turns, 1,500 requests each; the first round warms up, the median of the other seven is told. The
  bare handler reads the body and makes one equivalent commit: the store's own `commit`, by the same
  client, with the very commit a real intake made (same keys, snapshot, line and payload, packed as
  there) for another conversation. It checks no signature, parses, sorts, decides and chains
  nothing. `intake_ratio_wire` compares with a handler that does not even pack: it hands over the
  finished bytes of such a call.
- **Claims**: sixteen officers through one desk, each claiming the next of 4,000; first a process
  that must fetch each conversation, then one that remembers it. The race: fifty officers over
  twenty-five desks that share nothing but the server.
- **Acts through Slack**: signed requests that tell of a click on Claim, sent by another process to
  the app's own HTTP door, 16 at a time, beside the board at work; Slack's API is a server that says
  yes to everything. Each conversation was claimed in the store afterwards, or the run fails.
- **Bytes**: 400 conversations of six messages ({source}), authors with all that X tells of them,
  `MEMORY USAGE` of every key but `raw:*`, less what stood there before: a registry that routes the
  messages of 100,000 other conversations, for its hashes are shared. A closed one was claimed and
  closed by an officer; then the clerk's own rounds shelved it and cut the log, as five minutes and
  an hour later.
- **Lists**: three stores side by side, looked at by turns, 60 times each; the growth is that of the
  worst of the four looks. The page is asked for over HTTP by an officer who signed in.
- **Cards**: the whole product as a process of its own, between stand-ins of X and Slack; from the
  post to the moment its card stands in the channel, with Slack's limits enforced by the stand-in.
  Every card is claimed, so that its seat is free again.
- **Look-alikes**: 10,000 made-up handles of people and missions; strangers made from them by one to
  three of Unicode's confusable signs (`confusables.txt`), signs without width, marks, `rn` for `m`,
  by one edit of a handle of six letters or more, or by a borrowed display name. No look-alikes, and
  counted as wrong where marked: short words, numbers that differ where both have one (`desk1`,
  `desk2`), plurals of more than one letter, a whole word more, other people with the same first
  name. One letter more is a look-alike, be it a plural's: an impostor's cheapest trick.
- **Start**: `make run` as a process, everything installed, until a card with its buttons stands on
  the demo's page; the median of three after one that warms the system's file cache.

The machine may have had other work at the time (the load above is what it had before): absolute
figures then say little, and waiting for a core is in every tail.
"""

DOMINATES = {
    "intake_ratio": (
        "what a message costs beyond the bare handler is spread thin. In a sampling profile of the "
        "door aiohttp and its sockets took a third, the commit with its packing and the client a "
        "quarter, X's JSON and its words 12 %, X's signature 3 %, sorting by words 5 %, chaining "
        "the entry 5 %, deciding and applying 5 %, the rest the desk's and the door's own calls."
    ),
    "claim_per_s": "a claim of an unseen conversation is two round trips, the second an fsync.",
    "claim_p99_ms": (
        "beside other work on the machine, waiting for a core; else the server's fsync, which all "
        "who wait share."
    ),
    "race_wrong": "this is a fault of correctness, not of speed.",
    "slack_acts_per_s": (
        "Bolt and aiohttp on both sides: an act costs this process about a millisecond of CPU, of "
        "which the desk's claim is a seventh."
    ),
    "card_p95_ms": "a card waits for its turn where the line in another's thread had the second.",
    "lookalike_recall": "see which pairs it misses: a kind that no rule knows.",
    "lookalike_precision": "see what it marks wrongly: the row names the kinds.",
    "lookalike_p99_us": "the deletions of a long handle, each looked up; then what differs.",
    "list_growth": "see which list it names.",
    "bytes_open": "the history's lines, then the snapshot, then the registry.",
    "bytes_closed": "the history's block, then the snapshot, then the registry.",
    "start_s": (
        "importing: about a second for the product and half a second for the stand-ins before it; "
        "beside other work on the machine, twice that."
    ),
}
"""What a profile showed (November 2026) of each goal that may be missed."""
