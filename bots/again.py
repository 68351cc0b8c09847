"""What was set aside, tried once more: by the same doors, after a fix or a change of the tables."""

from __future__ import annotations

from bots.contract import Secrets
from bots.doors import Foreign, Hook, hooks
from bots.needs import Inbox, Policies, SetAside


class Again:
    """Takes in what was set aside; what still cannot be taken in stays where it is."""

    def __init__(self, inbox: Inbox, policies: Policies, secrets: Secrets) -> None:
        self._inbox = inbox
        self._policies = policies
        self._hooks = {hook.place: hook for hook in hooks(inbox, policies, secrets)}

    async def retry(self, id_: str) -> str:
        """Take one in and forget it; return why it stays, "" where it does not.

        Repeated, it is taken in once all the same. Raises Unavailable, Gone.
        """
        kept = await self._inbox.aside.take(id_)
        if kept is None:
            return "no such thing is set aside"
        why = await self._why_not(kept)
        if not why:
            await self._inbox.aside.drop(id_)
        return why

    async def _why_not(self, kept: SetAside) -> str:
        if not kept.account:
            return "a view stumbled over it; `python -m inbox rebuild` draws the views anew"
        hook, native_id = self._door(kept.account)
        if hook is None:
            return f"the tables know no {kept.account}"
        try:
            return "; ".join(await hook.again(native_id, kept.raw))
        except Foreign:
            return "it is about another app's account"

    def _door(self, source: str) -> tuple[Hook | None, str]:
        """Return the door it came through, or its account's, and for whom it was read."""
        account = self._policies.account(source)
        if account is None:
            return self._hooks.get(source), ""
        return self._hooks.get(f"hooks/{account.platform}/{account.app}"), account.native_id
