"""Direct messages to one officer: where they stand, and each posted once."""

from __future__ import annotations

import hashlib

from handlers.slack.office import Office
from handlers.slack.shown import Post


class Direct:
    """Writes to officers directly; a post that was cut is found again by its nonce."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def post(self, user: str, kind: str, about: str, post: Post) -> tuple[str, str]:
        """Post it once, whoever died in between; return its channel and ts."""
        place = await self._office.direct(user)
        nonce = f"{kind}.{hashlib.sha256(f'{user}/{about}'.encode()).hexdigest()[:16]}"
        ts = await self._office.pace.find(nonce, place)
        if not ts:
            ts = await self._office.pace.post(
                nonce, channel=place, text=post.text, blocks=post.blocks
            )
        return place, ts
