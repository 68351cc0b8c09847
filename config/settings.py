"""The environment, read once: everything wrong or missing is said at once, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from config import outbound
from config.outbound import Outbound

VARIABLES = (
    "HOST",
    "PORT",
    "METRICS_PORT",
    "PUBLIC_URL",
    "REDIS_URL",
    "CHANCERY_DATA",
    "CHANCERY_CONFIG",
    "CHANCERY_MODE",
    "CHANCERY_SECRET",
    "CHANCERY_COMMAND",
    "CHANCERY_ANCHOR",
    "CHANCERY_ANCHOR_URL",
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
    "SLACK_API_URL",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "CHANCERY_CA",
)
"""Every variable the product reads, besides those that accounts.toml names and `API_URL`'s."""

API_URL = "_API_URL"
"""What ends the variable of each platform's foreign host, `X_API_URL` say: in the sandbox only."""

SHORTEST_SECRET = 32
"""Characters: CHANCERY_SECRET keys ids and seals cookies, so it may not be guessable."""

SERVERS = ("redis", "rediss", "unix", "redis+cluster", "rediss+cluster")
"""What REDIS_URL may begin with; with `+cluster` a server need not be asked whether it is one."""

Mode = Literal["real", "sandbox"]


class Misconfigured(Exception):
    """The settings cannot be used; `faults` are sentences, each naming a variable or a file."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class SlackSettings:
    """What the Slack handlers need; `app_token` is there in Socket Mode only."""

    bot_token: str = field(repr=False)
    signing_secret: str = field(repr=False)
    app_token: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    api_url: str = "https://slack.com/api/"
    command: str = "/inbox"


@dataclass(frozen=True)
class Settings:
    """The environment in our words; secrets never show in its repr."""

    host: str
    port: int
    metrics_port: int | None
    public_url: str
    redis_url: str | None = field(repr=False)
    data: Path
    anchor: Path
    """What remembers, outside the data folder, how far every conversation was."""
    anchor_url: str = field(repr=False)
    """Where each hour's line of it is told too; "" for nowhere."""
    config: Path
    mode: Mode
    secret: bytes = field(repr=False)
    slack: SlackSettings
    api_urls: Mapping[str, str] = field(default_factory=dict)
    """Platform -> foreign API host, in the sandbox only."""
    outbound: Outbound = field(default_factory=Outbound)


class _Reader:
    """Reads variables one by one and remembers what was wrong with each."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.faults: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        return self._environ.get(name, "").strip() or default

    def needed(self, name: str, why: str) -> str:
        value = self.text(name)
        if not value:
            self.faults.append(f"{name} is missing: {why}.")
        return value

    def port(self, name: str, default: int | None) -> int | None:
        value = self.text(name)
        if not value:
            return default
        if value.isascii() and value.isdigit() and int(value) < 65536:
            return int(value)
        self.faults.append(f"{name} is not a port number from 0 to 65535.")
        return default


def load(environ: Mapping[str, str], platforms: Iterable[str] = ()) -> Settings:
    """Return the settings for these platforms; raises Misconfigured naming every fault."""
    reader = _Reader(environ)
    mode = _mode(reader)
    secret = reader.needed("CHANCERY_SECRET", "it keys the conversations' ids and seals cookies")
    if secret and len(secret) < SHORTEST_SECRET:
        reader.faults.append(f"CHANCERY_SECRET is shorter than {SHORTEST_SECRET} characters.")
    settings = Settings(
        host=_host(reader, mode),
        port=reader.port("PORT", 8080) or 0,
        metrics_port=reader.port("METRICS_PORT", None),
        public_url=reader.text("PUBLIC_URL"),
        redis_url=_redis_url(reader),
        data=Path(reader.text("CHANCERY_DATA", "var")),
        anchor=_anchor(reader),
        anchor_url=_anchor_url(reader, mode),
        config=config_folder(environ) or Path(),
        mode=mode,
        secret=secret.encode(),
        slack=_slack(reader, mode),
        api_urls=_api_urls(reader, platforms, mode),
        outbound=outbound.read(environ, reader.faults),
    )
    if config_folder(environ) is None:
        reader.faults.append("CHANCERY_CONFIG is missing: the folder with accounts.toml.")
    if reader.faults:
        raise Misconfigured(tuple(reader.faults))
    return settings


def config_folder(environ: Mapping[str, str]) -> Path | None:
    """Return the folder of the tables: the demo's where none is named, but in the sandbox only."""
    reader = _Reader(environ)
    demo = "config/demo" if reader.text("CHANCERY_MODE") == "sandbox" else ""
    named = reader.text("CHANCERY_CONFIG", demo)
    return Path(named) if named else None


def _mode(reader: _Reader) -> Mode:
    value = reader.text("CHANCERY_MODE")
    if value not in ("", "sandbox"):
        reader.faults.append('CHANCERY_MODE is neither absent nor "sandbox".')
    return "sandbox" if value == "sandbox" else "real"


def _host(reader: _Reader, mode: Mode) -> str:
    host = reader.text("HOST", "127.0.0.1")
    if mode == "sandbox" and host not in ("127.0.0.1", "::1", "localhost"):
        reader.faults.append("HOST is not a loopback address: the sandbox listens to nobody else.")
    return host


def _redis_url(reader: _Reader) -> str | None:
    url = reader.text("REDIS_URL")
    if url and urlsplit(url).scheme not in SERVERS:
        reader.faults.append(f"REDIS_URL begins with none of {': '.join(SERVERS)}:.")
    try:
        urlsplit(url).port  # noqa: B018 - asked for its refusal only
    except ValueError:
        reader.faults.append("REDIS_URL names a port that is no number from 0 to 65535.")
    return url or None


def _api_url(reader: _Reader, name: str, mode: Mode) -> str | None:
    """Return a foreign API host; outside the sandbox there is none."""
    url = reader.text(name)
    if url and mode == "real":
        reader.faults.append(f"{name} is set: a foreign API host is allowed in the sandbox only.")
    if url and mode == "sandbox" and urlsplit(url).hostname not in ("127.0.0.1", "::1"):
        reader.faults.append(f"{name} is not on this computer.")
    return url or None


def _api_urls(reader: _Reader, platforms: Iterable[str], mode: Mode) -> dict[str, str]:
    named = {one: _api_url(reader, f"{one.upper()}{API_URL}", mode) for one in platforms}
    return {platform: url for platform, url in named.items() if url}


def _anchor(reader: _Reader) -> Path:
    """Return the anchor's file: never inside the data folder, with which it would be put back."""
    data = Path(reader.text("CHANCERY_DATA", "var")).absolute()
    named = reader.text("CHANCERY_ANCHOR")
    anchor = Path(named).absolute() if named else data.with_name(f"{data.name}.anchor.jsonl")
    if anchor.is_relative_to(data):
        reader.faults.append("CHANCERY_ANCHOR lies in CHANCERY_DATA: a backup would undo both.")
    return anchor


def _anchor_url(reader: _Reader, mode: Mode) -> str:
    url = reader.text("CHANCERY_ANCHOR_URL")
    parts = urlsplit(url)
    here = parts.hostname in ("127.0.0.1", "::1")
    if url and not here and (parts.scheme != "https" or mode == "sandbox"):
        reader.faults.append(
            "CHANCERY_ANCHOR_URL is no https address; the sandbox tells this computer alone."
        )
    return url


def _slack(reader: _Reader, mode: Mode) -> SlackSettings:
    app_token = reader.text("SLACK_APP_TOKEN")
    signing_secret = reader.text("SLACK_SIGNING_SECRET")
    if not app_token and not signing_secret:
        reader.faults.append(
            "SLACK_SIGNING_SECRET (HTTP) or SLACK_APP_TOKEN (Socket Mode) is missing."
        )
    if app_token and not app_token.startswith("xapp-"):
        reader.faults.append('SLACK_APP_TOKEN does not begin with "xapp-".')
    command = reader.text("CHANCERY_COMMAND", "/inbox")
    if not command.startswith("/") or " " in command:
        reader.faults.append("CHANCERY_COMMAND is not a slash command such as /inbox.")
    bot_token = reader.needed("SLACK_BOT_TOKEN", "the bot's token, which begins with xoxb-")
    if bot_token and not bot_token.startswith("xoxb-"):
        reader.faults.append('SLACK_BOT_TOKEN does not begin with "xoxb-".')
    return SlackSettings(
        bot_token=bot_token,
        signing_secret=signing_secret,
        app_token=app_token,
        client_id=reader.text("SLACK_CLIENT_ID"),
        client_secret=reader.text("SLACK_CLIENT_SECRET"),
        api_url=_api_url(reader, "SLACK_API_URL", mode) or SlackSettings.api_url,
        command=command,
    )
