"""Counts every statistic anew from exported histories: plain Python, nothing of ours.

    python -m inbox export --to histories.jsonl
    python tests/promises/recount.py histories.jsonl --urgent life-safety

It was written from the words in inbox/figures/definitions.py and words.py, for whoever doubts the
figures: it shares no code with them, keeps every length of time and sorts them.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

HOUR = 3_600_000
THERE = {"sent", "arrived"}
LENGTHS = ("to_claim", "to_answer", "to_close")

Where = tuple[int, str, str, str]
"""Hour's beginning, account, lane, officer."""


class Recount:
    """What all the histories say together."""

    def __init__(self, urgent: Iterable[str] = ("life-safety",)) -> None:
        self.urgent = set(urgent)
        self.counts: defaultdict[Where, Counter[str]] = defaultdict(Counter)
        self.lengths: defaultdict[tuple[Where, str], list[int]] = defaultdict(list)
        self.open: list[dict[str, Any]] = []

    def add(self, line: bytes | str) -> None:
        """Read one conversation."""
        told = json.loads(line)
        story = Story(told["account"])
        for entry in told["entries"]:
            for figure, officer, length in story.read(entry):
                where = (entry["at"] // HOUR * HOUR, told["account"], story.lane, officer)
                self.counts[where][figure] += 1
                if length is not None:
                    self.lengths[where, figure].append(length)
        if not story.closed and story.count:
            self.open.append(story.standing())

    def rows(self, by: str, since: int = 0, until: int = 1 << 62) -> dict[str, dict[str, Any]]:
        """Add up by account, lane, officer or hour, in the hours that begin in [since, until)."""
        place = ("hour", "account", "lane", "officer").index(by)
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        lengths: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for where, found in self.counts.items():
            if since <= where[0] < until:
                counts[str(where[place])].update(found)
        for (where, figure), found_lengths in self.lengths.items():
            if since <= where[0] < until:
                lengths[str(where[place]), figure] += found_lengths
        return {
            key: {**found, **{name: spread(lengths[key, name]) for name in LENGTHS}}
            for key, found in counts.items()
        }

    def standing(self, **only: str) -> dict[str, Any]:
        """Say how things stand now, in one account or lane if asked so."""
        rows = [r for r in self.open if all(r[name] == value for name, value in only.items())]
        queue = [r["waiting"] for r in rows if r["queued"]]
        urgent = [r["waiting"] for r in rows if r["waiting"] and r["lane"] in self.urgent]
        return {
            "open": len(rows),
            "unclaimed": len(queue),
            "oldest": min(queue, default=0),
            "urgent": len(urgent),
            "urgent_since": min(urgent, default=0),
            "unsure": sum(r["stuck"] == "unsure" for r in rows),
            "failed": sum(r["stuck"] == "failed" for r in rows),
        }

    def holders(self) -> dict[str, int]:
        """Say who holds how many."""
        return dict(Counter(r["holder"] for r in self.open if r["holder"]))


def spread(lengths: list[int]) -> dict[str, int]:
    """Give the nearest-rank percentiles of lengths of time."""
    kept = sorted(lengths)
    ranks = {"p50": 0.5, "p90": 0.9, "most": 1.0}
    at = {name: kept[math.ceil(len(kept) * q) - 1] if kept else 0 for name, q in ranks.items()}
    return {"count": len(kept), **at}


class Story:
    """One conversation's life, told entry by entry."""

    def __init__(self, account: str) -> None:
        self.account, self.lane, self.holder = account, "other", ""
        self.closed = self.snoozed = self.ever = False
        self.count = self.waiting = self.last_in = self.last_out = self.news = 0
        self.gone: set[str] = set()
        self.newer: dict[str, str] = {}
        self.edited: dict[str, int] = {}
        self.answers: dict[str, dict[str, Any]] = {}
        self.asked = 0
        self.claimed = self.answered = False
        self.by_hand: list[int] = []
        self.earlier: set[str] = set()
        self.stood: set[str] = set()

    def read(self, entry: dict[str, Any]) -> list[tuple[str, str, int | None]]:
        """Live through one entry; give what it counts: figure, officer, length of time."""
        self.out: list[tuple[str, str, int | None]] = []
        self.entry, self.at, self.n = entry, entry["at"], entry["n"]
        who, _, name = entry["by"].partition(":")
        self.officer = name if who == "officer" else ""
        self.was_gone, self.was_held = set(self.gone), self.holder
        for rules in (RULES, CLOCKS):  # first what it becomes, then what that means for the clocks
            for event in entry["events"]:
                if event["e"] in rules:
                    rules[event["e"]](self, event)
        return self.out

    def standing(self) -> dict[str, Any]:
        stuck = [
            {p["state"] for p in a["parts"].values()}
            for a in self.answers.values()
            if a["state"] == "stuck"
        ]
        worst = [w for w in ("unsure", "failed") if any(w in states for states in stuck)]
        return {
            "account": self.account,
            "lane": self.lane,
            "holder": self.holder,
            "waiting": self.waiting,
            "queued": bool(self.waiting) and not self.holder and not self.snoozed,
            "stuck": worst[0] if worst else "",
        }

    # Clocks and counts
    def clock_received(self, event: dict[str, Any]) -> None:
        message = event["message"]
        if message["id"] in self.earlier:
            return
        self.earlier.update(message.get("chain", ()))
        self.out.append(("received", "", None))
        if not self.ever:
            self.out.append(("opened", "", None))
        self.ever = True
        if message["id"] not in self.was_gone:
            self.ask(message["written"])

    def clock_edited(self, event: dict[str, Any]) -> None:
        if event["new_id"] != event["message"]:
            self.earlier.add(event["message"])

    def clock_echoed(self, event: dict[str, Any]) -> None:
        self.by_hand.append(min(event["message"]["written"], self.at))
        self.was_it_answered_by_hand()

    def clock_reopened(self, event: dict[str, Any]) -> None:
        self.claimed = bool(self.was_held)
        if not self.asked:
            self.ask(self.at)

    def clock_claimed(self, event: dict[str, Any]) -> None:
        self.out.append(("claimed", event["holder"], None))
        if self.asked and not self.claimed:
            self.measure("to_claim", event["holder"], self.at - self.asked)
        self.claimed = True

    def clock_not_sent(self, event: dict[str, Any]) -> None:
        author = self.answers[event["part"].rpartition(".")[0]]["author"]
        self.out.append((event["e"].removeprefix("Send").lower(), author, None))

    def ask(self, written: int) -> None:
        asked = min(written, self.at)
        self.asked = min(self.asked, asked) if self.asked else asked
        self.was_it_answered_by_hand()

    def clock_sent(self, event: dict[str, Any]) -> None:
        id_ = event["part"].rpartition(".")[0]
        if id_ in self.stood:
            return
        self.stood.add(id_)
        answer = self.answers[id_]
        if answer["kind"] == "greeting":
            self.out.append(("greeted", "", None))
        if answer["kind"] == "human":
            by = self.officer if event.get("by_hand") else answer["author"]
            self.out.append(("sent", by, None))
            self.answer_at(self.at, by)

    def clock_closed(self, event: dict[str, Any]) -> None:
        sent = [x["part"].rpartition(".")[0] for x in self.entry["events"] if x["e"] == "Sent"]
        by = self.officer or next((self.answers[id_]["author"] for id_ in sent), "")
        self.out.append(("closed", by, None))
        if self.asked:
            self.measure("to_close", by, self.at - self.asked)
        self.asked, self.claimed, self.answered, self.by_hand = 0, False, False, []

    def was_it_answered_by_hand(self) -> None:
        after = [at for at in self.by_hand if at >= self.asked]
        if after:
            self.answer_at(min(after), "")

    def answer_at(self, at: int, by: str) -> None:
        if self.asked and not self.answered:
            self.out.append(("answered", by, None))
            self.measure("to_answer", by, at - self.asked)
            self.answered = True

    def measure(self, figure: str, officer: str, length: int) -> None:
        self.out.append((figure, officer, max(0, length)))

    # What the conversation is
    def received(self, event: dict[str, Any]) -> None:
        message = event["message"]
        self.newer.update(dict.fromkeys(message.get("chain", ()), message["id"]))
        if message["id"] in self.gone:
            return
        written = min(message["written"], self.at)
        if written > self.last_out:
            self.waiting = min(self.waiting or written, written)
        if message["id"] in self.newer:
            return
        self.news, self.count = self.n, self.count + 1
        self.last_in = max(self.last_in, written)
        self.lane = event.get("lane") or self.lane

    def echoed(self, event: dict[str, Any]) -> None:
        written = min(event["message"]["written"], self.at)
        if self.waiting <= written:
            self.waiting = self.last_in if self.last_in > written else 0
        self.last_out = max(self.last_out, written)

    def edit(self, event: dict[str, Any]) -> None:
        old, new = event["message"], self.newer.get(event["new_id"], event["new_id"])
        written = event.get("written", 0)
        newest = self.newer.get(old, old)
        if self.edited.get(old, -1) >= written and new != newest:
            self.newer[new] = newest
            return
        self.edited[old] = self.edited[new] = max(written, self.edited.get(event["new_id"], 0))
        self.news = self.n
        if old != new:
            self.newer.update({k: new for k, v in self.newer.items() if v == old} | {old: new})

    def deleted(self, event: dict[str, Any]) -> None:
        newest = self.newer.get(event["message"], event["message"])
        self.gone |= {event["message"], newest, *(k for k, v in self.newer.items() if v == newest)}
        for answer in self.answers.values():
            for part in answer["parts"].values():
                if part["ref"] == event["message"] and part["state"] in THERE:
                    part["state"] = "retracted"
                    settle(answer)
                    return

    def claim(self, event: dict[str, Any]) -> None:
        self.holder, self.snoozed = event["holder"], False

    def released(self, event: dict[str, Any]) -> None:
        self.holder = ""

    def lane_set(self, event: dict[str, Any]) -> None:
        self.lane = event["lane"]

    def snooze(self, event: dict[str, Any]) -> None:
        self.snoozed = True

    def woken(self, event: dict[str, Any]) -> None:
        self.snoozed = False

    def close(self, event: dict[str, Any]) -> None:
        self.closed, self.snoozed, self.waiting = True, False, 0

    def reopened(self, event: dict[str, Any]) -> None:
        self.closed, self.waiting = False, self.waiting or self.at

    # Answers
    def drafted(self, event: dict[str, Any]) -> None:
        self.answers[event["answer"]] = {
            "kind": "human", "author": self.officer, "state": "draft", "seen": 0, "parts": {}
        }  # fmt: skip

    def answer(self, event: dict[str, Any]) -> None:
        names = (f"{event['answer']}.{n}" for n in range(1, len(event["parts"]) + 1))
        self.answers[event["answer"]] = {
            "kind": event.get("kind", "human"),
            "author": self.officer,
            "state": "ready",
            "seen": self.n,
            "parts": {name: {"state": "ready", "ref": ""} for name in names},
        }

    def discarded(self, event: dict[str, Any]) -> None:
        if event["answer"] in self.answers:
            self.answers[event["answer"]]["state"] = "discarded"

    def recalled(self, event: dict[str, Any]) -> None:
        self.answers[event["answer"]].update(state="draft", parts={})

    def move(self, event: dict[str, Any], **fields: str) -> dict[str, Any]:
        answer = self.answers[event["part"].rpartition(".")[0]]
        answer["parts"][event["part"]].update(fields)
        settle(answer)
        return answer

    def sent(self, event: dict[str, Any]) -> None:
        answer = self.answers[event["part"].rpartition(".")[0]]
        if not answer["parts"]:
            answer["parts"][event["part"]] = {"state": "ready", "ref": ""}
            answer["seen"] = self.news
        self.move(event, state="sent", ref=event["ref"])
        if answer["state"] == "sent" and answer["kind"] == "human":
            self.last_out = max(self.last_out, self.at)
            self.waiting = self.last_in if self.news > answer["seen"] and self.waiting else 0

    def send_started(self, event: dict[str, Any]) -> None:
        self.move(event, state="sending")

    def send_failed(self, event: dict[str, Any]) -> None:
        self.move(event, state="failed")

    def send_unsure(self, event: dict[str, Any]) -> None:
        self.move(event, state="unsure")

    def postponed(self, event: dict[str, Any]) -> None:
        self.move(event, state="ready")

    def arrived(self, event: dict[str, Any]) -> None:
        self.move(event, state="arrived")

    def retracted(self, event: dict[str, Any]) -> None:
        self.move(event, state="retracted")

    def requeued(self, event: dict[str, Any]) -> None:
        self.move(event, state="ready")["seen"] = self.n

    def retract_asked(self, event: dict[str, Any]) -> None:
        self.answers[event["answer"]]["state"] = "retracting"

    def retract_failed(self, event: dict[str, Any]) -> None:
        answer = self.answers[event["part"].rpartition(".")[0]]
        answer["state"] = "sending"
        settle(answer)


CLOCKS = {
    "Received": Story.clock_received,
    "Edited": Story.clock_edited,
    "Echoed": Story.clock_echoed,
    "Reopened": Story.clock_reopened,
    "Claimed": Story.clock_claimed,
    "Sent": Story.clock_sent,
    "SendUnsure": Story.clock_not_sent,
    "SendFailed": Story.clock_not_sent,
    "Closed": Story.clock_closed,
}

RULES = {
    "Received": Story.received,
    "Echoed": Story.echoed,
    "Edited": Story.edit,
    "Deleted": Story.deleted,
    "Claimed": Story.claim,
    "Released": Story.released,
    "LaneSet": Story.lane_set,
    "Snoozed": Story.snooze,
    "Woken": Story.woken,
    "Closed": Story.close,
    "Reopened": Story.reopened,
    "Drafted": Story.drafted,
    "Answered": Story.answer,
    "Discarded": Story.discarded,
    "Recalled": Story.recalled,
    "TurnedDown": Story.recalled,
    "ClearanceReturned": Story.recalled,
    "ClearanceExpired": Story.recalled,
    "Sent": Story.sent,
    "SendStarted": Story.send_started,
    "SendFailed": Story.send_failed,
    "SendUnsure": Story.send_unsure,
    "Postponed": Story.postponed,
    "Arrived": Story.arrived,
    "Retracted": Story.retracted,
    "Requeued": Story.requeued,
    "RetractAsked": Story.retract_asked,
    "RetractFailed": Story.retract_failed,
}


def settle(answer: dict[str, Any]) -> None:
    """Let an answer's state follow from its parts'."""
    states = {part["state"] for part in answer["parts"].values()}
    before = answer["state"]
    if states == {"retracted"}:
        answer["state"] = "retracted"
    elif before == "retracting":
        answer["state"] = "retracting" if states & THERE else "retracted"
    elif states <= THERE | {"retracted"}:
        answer["state"] = "sent"
    elif before not in ("draft", "discarded"):
        stuck = states & {"failed", "unsure"}
        answer["state"] = "stuck" if stuck else "ready" if states == {"ready"} else "sending"


def main() -> None:
    """Read the export and print everything as JSON."""
    reads = argparse.ArgumentParser(description=__doc__)
    reads.add_argument("export")
    reads.add_argument("--urgent", action="append", default=[], metavar="LANE")
    said = reads.parse_args()
    recount = Recount(said.urgent)
    with open(said.export, encoding="utf-8") as lines:  # noqa: PTH123 - plain Python for any reader
        for line in lines:
            recount.add(line)
    told = {by: recount.rows(by) for by in ("account", "lane", "officer", "hour")}
    now = recount.standing() | {"holders": recount.holders()}
    sys.stdout.write(json.dumps({"now": now, **told}, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
