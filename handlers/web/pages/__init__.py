"""Every address of the web page: what `may` is asked before it is answered, and who answers."""

from __future__ import annotations

from handlers import reachouts
from handlers.web.pages import (
    acts,
    contacts,
    conversation,
    figures,
    find,
    login,
    queue,
    reachout,
    signatures,
)
from handlers.web.pages.route import Route

ROUTES: tuple[Route, ...] = (
    Route("GET", "/", "read", queue.queue),
    Route("GET", "/live", "read", queue.live),
    Route("POST", "/next", "Claim", queue.next_one),
    Route("GET", "/find", "read", find.find),
    Route("GET", "/figures", "statistics", figures.figures),
    Route("GET", "/figures.json", "statistics", figures.as_json),
    Route("GET", "/figures.svg", "statistics", figures.plot),
    Route("GET", "/c/{id}", "read", conversation.conversation),
    Route("GET", "/c/{id}/live", "read", conversation.live),
    *(Route("POST", f"/c/{{id}}/{name}", act.asks, act.handle) for name, act in acts.ACTS.items()),
    Route("GET", "/contacts", contacts.SEES, contacts.contacts),
    Route("GET", "/contacts/{contact}", contacts.SEES, contacts.contact),
    Route("GET", "/reachouts", reachouts.SEES, reachout.listed),
    Route("GET", "/reachouts/{reachout}", reachouts.SEES, reachout.reachout),
    Route("GET", "/open/v1/signatures/{platform}/{name}.json", "", signatures.as_json),
    Route("GET", "/open/v1/signatures/{platform}/{name}", "", signatures.signatures),
    Route("GET", "/login", "", login.login),
    Route("GET", "/login/slack", "", login.to_slack),
    Route("GET", "/login/slack/back", "", login.from_slack),
    Route("GET", "/login/{token}", "", login.link),
    Route("POST", "/login/{token}", "", login.use_link),
    Route("POST", "/logout", "", login.logout),
)

__all__ = ["ROUTES", "Route"]
