"""Keys: sixteen buckets that spread evenly over the primaries of a Cluster."""

from collections import Counter

import pytest
from redis.crc import key_slot

from inbox.store import keys

SLOTS = 16_384


@pytest.mark.parametrize("primaries", [1, 2, 4, 8, 16])
def test_the_buckets_spread_evenly_over_the_primaries(primaries: int) -> None:
    owners = Counter(key_slot(keys.log(tag).encode()) * primaries // SLOTS for tag in keys.tags())
    assert owners == dict.fromkeys(range(primaries), 16 // primaries)


def test_all_keys_of_one_conversation_lie_in_one_slot() -> None:
    id_ = "abcdefgh12345678"
    tag = keys.tag(id_)
    by_kind = (keys.snapshot, keys.past, keys.old, keys.known)
    names = [
        *(of(kind, id_) for of in by_kind for kind in ("conv", "reach", "contact")),
        keys.draft(id_, "aj"),
        *(of(tag) for of in (keys.log, keys.due, keys.schema, keys.held, keys.trimmed)),
        keys.queue(tag, "C1"),
        keys.raw(tag, "20261123"),
        keys.sums(tag, "taken"),
        keys.out(tag, "x/landetud"),
        keys.stuck(tag, "x/landetud"),
    ]
    assert len({key_slot(name.encode()) for name in names}) == 1
    assert len(set(names)) == len(names)


def test_ids_spread_over_all_buckets() -> None:
    counts = Counter(keys.bucket(f"x:{n}") for n in range(16_000))
    assert len(counts) == 16
    assert min(counts.values()) > 700


def test_a_bucket_depends_on_nothing_but_the_id() -> None:
    assert keys.bucket("x:1245403438755852288") == keys.bucket("x:1245403438755852288") == 5
