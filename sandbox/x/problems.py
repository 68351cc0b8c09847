"""X's refusals, in X's own words (RFC 7807 problem details).

Bodies as recorded: duplicates in akrherz/iembot issue 163 (February 2026), length in
gundogan8/FotBot issue 22, replies and direct messages as callers report them in 2026.
X answers many of them with the type `about:blank`, which its own description omits.
"""

from __future__ import annotations

from typing import Any, Literal

Kind = Literal["tweet", "user"]
PROBLEMS = "https://api.x.com/2/problems/"


class Refused(Exception):
    """A call that X refuses: an HTTP status and the body it sends."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(body.get("detail", ""))
        self.status = status
        self.body = body


def plain(status: int, title: str, detail: str | None = None) -> Refused:
    """Refuse as X does where it names no problem type."""
    body = {"title": title, "type": "about:blank", "status": status, "detail": detail or title}
    return Refused(status, body)


def unauthorized() -> Refused:
    """Refuse a call whose signature, key or token is not known or not right."""
    return plain(401, "Unauthorized")


def forbidden(detail: str) -> Refused:
    """Refuse what is understood and not allowed."""
    return plain(403, "Forbidden", detail)


def too_many() -> Refused:
    """Refuse a call beyond its limit; the headers say until when."""
    return plain(429, "Too Many Requests")


def unavailable(status: int) -> Refused:
    """Refuse as X does while something of its own is broken."""
    return plain(status, "Service Unavailable" if status == 503 else "Internal Server Error")


def unpaid() -> Refused:
    """Refuse every call of an app whose credits are used up, as X's callers report it in 2026."""
    detail = "Your enrolled account does not have any credits to fulfill this request."
    body = {"title": "CreditsDepleted", "detail": detail, "type": PROBLEMS + "credits"}
    return Refused(402, body)


def invalid(message: str, **parameters: str) -> Refused:
    """Refuse parameters: the message names the fault, `parameters` what was sent.

    Underscores in a keyword stand for the dot of `tweet.fields` where one follows.
    """
    sent = {name.replace("_fields", ".fields"): [value] for name, value in parameters.items()}
    return Refused(
        400,
        {
            "errors": [{"parameters": sent, "message": message}],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": PROBLEMS + "invalid-request",
        },
    )


def not_found(kind: Kind, parameter: str, value: str) -> dict[str, Any]:
    """Return the entry of `errors` for something that X cannot find, within a 200 answer."""
    return {
        "value": value,
        "detail": f"Could not find {kind} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "type": PROBLEMS + "resource-not-found",
    }


def not_yours_to_see(kind: Kind, parameter: str, value: str) -> dict[str, Any]:
    """Return the entry of `errors` for a protected post."""
    return {
        "value": value,
        "detail": f"Sorry, you are not authorized to see the {kind} with {parameter}: [{value}].",
        "title": "Authorization Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "section": "data",
        "type": PROBLEMS + "not-authorized-for-resource",
    }


def suspended(parameter: str, value: str) -> dict[str, Any]:
    """Return the entry of `errors` for an account that X has suspended."""
    return not_found("user", parameter, value) | {
        "detail": f"User has been suspended: [{value}].",
        "title": "Forbidden",
    }
