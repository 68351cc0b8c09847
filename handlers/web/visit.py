"""One request of one officer: who they are, what they may, and how they are answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp_session import Session
from multidict import MultiDict, MultiMapping

from handlers import reachouts
from handlers.acting import Acting, Actor
from handlers.forms import Wrong
from handlers.morning import allowed
from handlers.say import At, Refusal, Say
from handlers.shown import Shown
from handlers.web import session
from handlers.web.drawing import Drawing
from handlers.web.live import Live
from handlers.web.openid import Entrance
from inbox.team.roles import may
from inbox.words import Account


class Turned(Exception):
    """The request is not answered as asked: a page that says why, and its status."""

    def __init__(self, status: int, why: Refusal, **facts: Any) -> None:
        super().__init__(why.why)
        self.status, self.why, self.facts = status, why, facts


@dataclass
class Visit:
    """What a page works with; `shown` is the conversation that its address names, if any."""

    request: web.Request
    acting: Acting
    drawing: Drawing
    entrance: Entrance
    live: Live
    session: Session
    who: Actor | None = None
    fields: MultiMapping[Any] = field(default_factory=MultiDict)
    known: Shown | None = None

    @property
    def actor(self) -> Actor:
        """Return the officer; the door let nobody else in."""
        if self.who is None:
            raise Turned(401, Wrong("signed_out"))
        return self.who

    @property
    def shown(self) -> Shown:
        """Return the conversation; the door looked whether it may be read."""
        if self.known is None:
            raise Turned(404, Wrong("not_here"))
        return self.known

    @property
    def say(self) -> Say:
        """Speak the officer's language; to somebody unknown that of their browser, if we can."""
        if self.who:
            accounts = self.acting.policies.accounts_for(self.who.officer)
            account = self.known.account if self.known else next(iter(accounts), None)
            return self.acting.say(self.who.officer, account)
        for asked in self.request.headers.get("Accept-Language", "").split(","):
            language = asked.partition(";")[0].strip()[:2].lower()
            if language in self.acting.book.languages:
                return self.acting.book.say(language)
        return self.acting.book.say("")

    @property
    def remote(self) -> str:
        """Return the address that asks: a proxy's, where there is one."""
        return self.request.remote or ""

    def text(self, name: str) -> str:
        """Return what was typed into a field; a file is nothing typed."""
        given = self.fields.get(name, "")
        return given.replace("\r\n", "\n") if isinstance(given, str) else ""

    def chosen(self, name: str) -> tuple[str, ...]:
        """Return everything ticked under one name."""
        return tuple(one for one in self.fields.getall(name, ()) if isinstance(one, str))

    @property
    def op(self) -> str:
        """Name the act by the form it came from: a second press of the same button is the same."""
        given = self.text("op")
        return f"web:{self.actor.officer.id}:{given[:40] or self.acting.ids()}"

    def accounts(self, act: str) -> tuple[Account, ...]:
        """Return the accounts for which the officer may do this."""
        return allowed(self.acting, self.actor.officer, act)

    def page(self, template: str, status: int = 200, **facts: Any) -> web.Response:
        """Draw a page for this officer."""
        now = At(self.acting.inbox.now())
        text = self.drawing.page(
            template,
            self.say,
            who=self.who,
            csrf=session.token(self.session),
            now=now,
            path=self.request.path,
            sees_directory=self.who is not None and may(self.who.officer, "directory", None),
            sees_reachouts=self.who is not None and reachouts.sees(self.who.officer),
            **facts,
        )
        return web.Response(text=text, content_type="text/html", status=status)
