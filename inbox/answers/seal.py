"""The seal: what binds an approval to exactly what will leave."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

from inbox.words import AccountId, Audience, Media, MessageId, PersonId


def seal(
    account: AccountId,
    audience: Audience,
    recipients: Iterable[PersonId],
    re: MessageId,
    parts: Iterable[str],
    media: Iterable[Media],
) -> str:
    """Return the sha256 (hex) over all that a reader will see and who will be told."""
    pictures = [[one.digest, one.alt] for one in media]
    sealed = [account, audience, sorted(recipients), re, list(parts), pictures]
    return hashlib.sha256(msgspec.json.encode(sealed)).hexdigest()
