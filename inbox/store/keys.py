"""Every Redis key there is: nothing else in the house knows a name or a bucket."""

from __future__ import annotations

from zlib import crc32

from inbox.words import AccountId, ConversationId, MessageId, OfficerId, PersonId

TAGS = ("10", "3", "1a", "b", "11", "2", "1d", "c", "12", "1", "1c", "d", "13", "0", "1b", "a")
"""One hash tag a bucket: the i-th lies in the i-th sixteenth of Cluster's 16,384 slots, so that the
buckets spread evenly over 1, 2, 4, 8 and 16 primaries."""

REGISTRY_PARTS = 4096
"""Into how many hashes a bucket's registry is cut, so that each stays small."""

BIRTH, SCHEMA, EPOCH, HALTED = "birth", "schema", "epoch", "halted"
PROFILES = "profiles"
"""Account -> what its own server says of its limits."""
ERASING = "erasing"
"""What shall be erased and is not yet: operation id to the erasure."""
ASIDE, REFUSALS, NOTICES, DUTY = "aside", "refusals", "notices", "duty"
BESIDE = "@"
"""How the queues begin that are no Slack channel's."""
ALERTED, SEATS = "alerted", "seats"


def bucket(id_: str) -> int:
    """Return the number of the bucket in which a conversation or a message lives."""
    return crc32(id_.encode()) % len(TAGS)


def tag(id_: str) -> str:
    """Return the hash tag, braces and all, of an id's bucket."""
    return f"{{{TAGS[bucket(id_)]}}}"


def tags() -> tuple[str, ...]:
    """Return all sixteen hash tags, braces and all."""
    return tuple(f"{{{t}}}" for t in TAGS)


# By conversation (or reachout, or contact): `kind` is "conv", "reach" or "contact".
def snapshot(kind: str, id_: str) -> str:
    """Name a snapshot."""
    return f"{kind}:{tag(id_)}:{id_}"


def past(kind: str, id_: str) -> str:
    """Name the list of a history's entries."""
    return f"past:{tag(id_)}:{ref(kind, id_)}"


def old(kind: str, id_: str) -> str:
    """Name a history's older lines, compressed."""
    return f"old:{tag(id_)}:{ref(kind, id_)}"


def known(kind: str, id_: str) -> str:
    """Name the set of message ids taken in."""
    return f"known:{tag(id_)}:{ref(kind, id_)}"


def draft(id_: ConversationId, officer: OfficerId) -> str:
    """Name an officer's autosaved text."""
    return f"draft:{tag(id_)}:{id_}:{officer}"


def alert(id_: ConversationId) -> str:
    """Name the record of who was called to a conversation that waits."""
    return f"alert:{tag(id_)}:{id_}"


def asking(id_: ConversationId) -> str:
    """Name the record of who was asked to clear a conversation's answer, and by which message."""
    return f"asking:{tag(id_)}:{id_}"


def ref(kind: str, id_: str) -> str:
    """Name any record in one word: a conversation by its id, others as `contact/…`."""
    return id_ if kind == "conv" else f"{kind}/{id_}"


def of_ref(ref: str) -> tuple[str, str]:
    """Return a record's kind and id."""
    kind, _, id_ = ref.rpartition("/")
    return kind or "conv", id_


# By bucket: `tag` is one of `tags()`, or an id's `tag(id)`.
def log(tag: str) -> str:
    """Name the bucket's stream of news: (kind, id, entry number), never a text."""
    return f"log:{tag}"


def due(tag: str) -> str:
    """Name the bucket's timers: a sorted set of `kind/id` by UTC ms."""
    return f"due:{tag}"


def queue(tag: str, channel: str) -> str:
    """Name the bucket's share of a Slack channel's queue: ids by lane rank, then waiting since."""
    return f"queue:{tag}:{channel}"


def reaching(contact: str = "") -> str:
    """Name the queue of the reachouts under way, or of those to a contact that are over.

    No Slack channel is called so; it is kept by the same commit as any place in a queue.
    """
    return f"{BESIDE}reached/{contact}" if contact else f"{BESIDE}reach"


def raw(tag: str, day: str) -> str:
    """Name the bucket's raw payloads of one day (`20261123`), compressed, by message id."""
    return f"raw:{tag}:{day}"


def sums(tag: str, name: str) -> str:
    """Name one of the bucket's counters, or the cursor beside them."""
    return f"sums:{tag}:{name}"


def schema(tag: str) -> str:
    """Name the newest schema anything in the bucket was written with."""
    return f"{SCHEMA}:{tag}"


# By message
def registry(message: MessageId) -> str:
    """Name the hash that routes this message (or sent part) to its conversation."""
    return f"reg:{tag(message)}:{crc32(message.encode()) % REGISTRY_PARTS}"


def pending(message: MessageId) -> str:
    """Name the hash of the edits that came before their message."""
    return f"pending:{tag(message)}:{message}"


def expected(mark: str) -> str:
    """Name the record of where a root of ours belongs that nobody has seen yet, by its words."""
    return f"expected:{tag(mark)}:{mark}"


# Elsewhere
def of(account: AccountId, person: PersonId) -> str:
    """Name the set of conversations that an account has with a person."""
    return f"of:{account}:{person}"


def cursor(account: AccountId) -> str:
    """Name the record of how far an account has been read."""
    return f"cursor:{account}"


def board(channel: str) -> str:
    """Name the hash of what stands on a Slack channel's board."""
    return f"board:{channel}"


def lease(name: str) -> str:
    """Name the record of who does a thing that only one may do."""
    return f"lease:{name}"


def fence(name: str) -> str:
    """Name the number that grows with every new holder of a lease."""
    return f"fence:{name}"


def follower(name: str) -> str:
    """Name a follower's cursors: bucket tag to the last log entry it has handled."""
    return f"follower:{name}"


def budget(credential: str, call: str) -> str:
    """Name the count of how many calls of one sort a credential has left."""
    return f"budget:{credential}:{call}"


def login(digest: str) -> str:
    """Name the record of for whom a login link was made, by the link's digest."""
    return f"login:{digest}"


def once(key: str) -> str:
    """Name the sign that something was seen already."""
    return f"once:{key}"


def asked(account: AccountId) -> str:
    """Name the set of the questions that wait for an account's platform: audience and person."""
    return f"asked:{account}"


def answered(account: AccountId, person: PersonId, audience: str) -> str:
    """Name the record of whether a person can be written to, as the platform said lately."""
    return f"answered:{account}:{person}:{audience}"


def greeted(person: PersonId) -> str:
    """Name the conversation in which a person was last replied to automatically."""
    return f"greeted:{person}"


def signers(account: AccountId) -> str:
    """Name whose each signature on an account is."""
    return f"signers:{account}"


def gap(account: AccountId) -> str:
    """Name the record of what is wrong with reading an account, and since when."""
    return f"gap:{account}"


def holes(account: AccountId) -> str:
    """Name the sorted set of an account's stretches of time that nobody can read any more."""
    return f"holes:{account}"


def unread(account: AccountId) -> str:
    """Name the sorted set of an account's messages that can be read at the platform only."""
    return f"unread:{account}"


def spent(account: AccountId, month: str) -> str:
    """Name the record of what an account cost in a month (`202611`): millionths, and calls."""
    return f"spent:{account}:{month}"


def paid(account: AccountId, day: str) -> str:
    """Name the set of what an account was charged for on a day: each thing is charged once."""
    return f"paid:{account}:{day}"


def aside_by() -> str:
    """Name the count of what is set aside, by where it came from: in the slot of what it counts."""
    return f"{{{ASIDE}}}:by"


def told(key: str) -> str:
    """Name the sign that something was told already, where the notices lie."""
    return f"told:{{{NOTICES}}}:{key}"


# The directory: all in one slot
def roll() -> str:
    """Name the hash of all contacts as they stand, by id."""
    return "{directory}:roll"


def roll_moved() -> str:
    """Name the count of how often the roll has changed."""
    return "{directory}:moved"


def roll_changed() -> str:
    """Name the sorted set of which contact changed with which move of the roll."""
    return "{directory}:changed"


def whose() -> str:
    """Name the hash of whose person somebody is: person to contact."""
    return "{directory}:whose"


# The members beside the commit
def held(tag: str) -> str:
    """Name the bucket's record of who holds what: conversation to officer."""
    return f"held:{tag}"


def out(tag: str, account: AccountId) -> str:
    """Name the bucket's share of an account's conversations with a part to send, by when."""
    return f"out:{tag}:{account}"


def stuck(tag: str, account: AccountId) -> str:
    """Name the bucket's share of an account's undelivered answers: conversations, by since when."""
    return f"stuck:{tag}:{account}"


def watch(tag: str) -> str:
    """Name the bucket's unclaimed conversations on which lives may depend, by the next look."""
    return f"watch:{tag}"


def uncleared(tag: str) -> str:
    """Name the bucket's conversations with an answer that waits for clearance, by the next look."""
    return f"uncleared:{tag}"


def seat_code(digest: str) -> str:
    """Name the record of for whom a code was made that is not used yet."""
    return f"seat:{digest}"


def trimmed(tag: str) -> str:
    """Name the entry before which the bucket's log was cut."""
    return f"trimmed:{tag}"


def followers() -> str:
    """Name the set of all followers that ever had a cursor."""
    return "followers"


def snapshot_of_any(kind: str) -> str:
    """Give the pattern of all snapshots of a kind."""
    return f"{kind}:{{*}}:*"


def histories_of_any() -> tuple[str, ...]:
    """Give the patterns of all histories, of their newer lines and of their older."""
    return "past:{*}:*", "old:{*}:*"


def drafts_of(id_: ConversationId) -> str:
    """Give the pattern of every officer's autosaved text for one conversation."""
    return f"draft:{tag(id_)}:{id_}:*"
