"""Accounts, officers, lanes and tags: TOML in our words, every fault named at once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from config.phrases import greetings, lines
from config.settings import Misconfigured
from inbox.answers import signatures
from inbox.answers.lines import by_template
from inbox.team import hours
from inbox.team.approvers import approvers
from inbox.words import (
    Account,
    AccountId,
    Casualties,
    Lane,
    Officer,
    OfficerId,
    Record,
    money,
)

MOST_APPROVERS = 2

R = TypeVar("R", bound=msgspec.Struct)


class App(Record, frozen=True):
    """One app at a platform: one door, `/hooks/<platform>/<id>`."""

    id: str
    platform: str


class Tables(Record, frozen=True):
    """The tables of one config folder, groups and secrets resolved.

    `app_secrets` and `account_secrets` hold the values of the variables that accounts.toml names.
    """

    apps: tuple[App, ...]
    accounts: tuple[Account, ...]
    officers: tuple[Officer, ...]
    lanes: tuple[Lane, ...]
    tags: tuple[str, ...]
    app_secrets: Mapping[str, Mapping[str, str]]
    account_secrets: Mapping[AccountId, Mapping[str, str]]
    casualties: Casualties = Casualties()
    phrases: Mapping[str, Mapping[str, str]] = {}
    """What is said to the public by itself: language to key to sentence."""
    lines: Mapping[str, Mapping[str, str]] = {}
    """Approved lines for the public: template to language to sentence."""

    def __repr__(self) -> str:
        return f"Tables({len(self.accounts)} accounts, {len(self.officers)} officers)"


class _Reading:
    """One reading of one folder: what is wrong is collected, never raised half-way."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._environ = environ
        self.faults: list[str] = []

    def toml(self, name: str) -> dict[str, Any]:
        """Return a file's content; an unreadable one is a fault and empty."""
        try:
            return tomllib.loads((self._folder / name).read_text(encoding="utf-8"))
        except OSError:
            self.faults.append(f"{name}: cannot be read in {self._folder}.")
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            self.faults.append(f"{name}: {error}.")
        return {}

    def rows(self, file: str, kind: type[R], rows: object) -> tuple[R, ...]:
        """Convert the rows that can be converted, naming every field that cannot."""
        if not isinstance(rows, list):
            self.faults.append(f"{file}: there is no list of tables here.")
            return ()
        found = [self.row(f"{file}: row {n}", kind, row) for n, row in enumerate(rows, 1)]
        return tuple(row for row in found if row is not None)

    def row(self, where: str, kind: type[R], row: dict[str, Any]) -> R | None:
        """Convert one row field by field, since msgspec itself stops at the first fault."""
        before, values = len(self.faults), dict[str, Any]()
        fields = {f.encode_name: f for f in msgspec.structs.fields(kind)}
        where = f"{where} ({row['id']})" if "id" in row else where
        self.faults += [f"{where}: {name} is not a known name." for name in row.keys() - fields]
        for name, described in fields.items():
            if name in row:
                try:
                    values[described.name] = msgspec.convert(row[name], described.type)
                except msgspec.ValidationError as error:
                    self.faults.append(f"{where}: {name}: {error}.")
            elif described.required:
                self.faults.append(f"{where}: {name} is missing.")
        return kind(**values) if len(self.faults) == before else None

    def secrets(self, where: str, row: dict[str, Any]) -> dict[str, str]:
        """Take the row's secrets: variables' names become their values."""
        values = dict[str, str]()
        for name, variable in dict(row.pop("secrets", {})).items():
            values[name] = self._environ.get(str(variable), "")
            if not values[name]:
                self.faults.append(f"{variable} is missing: {where} names it as its {name}.")
        return values


def read(folder: Path, environ: Mapping[str, str]) -> Tables:
    """Read a config folder; raises Misconfigured naming every fault."""
    reading = _Reading(folder, environ)
    accounts_file, officers_file = reading.toml("accounts.toml"), reading.toml("officers.toml")
    lanes_file = reading.toml("lanes.toml")
    phrases, faults = greetings(folder)
    approved, wrong = lines(folder)
    reading.faults += faults + wrong
    app_rows = [dict(row) for row in accounts_file.get("app", [])]
    account_rows = [dict(row) for row in accounts_file.get("account", [])]
    app_secrets = {
        str(row.get("id")): reading.secrets(f"app {row.get('id')}", row) for row in app_rows
    }
    account_secrets = {
        str(row.get("id")): reading.secrets(f"account {row.get('id')}", row) for row in account_rows
    }
    officers = reading.rows("officers.toml", Officer, officers_file.get("officer"))
    groups = officers_file.get("groups", {})
    accounts = tuple(
        msgspec.structs.replace(
            account,
            officers=_members(reading, account.id, account.officers, officers, groups),
            clearance=tuple(
                msgspec.structs.replace(
                    rule, from_=_members(reading, account.id, rule.from_, officers, groups)
                )
                for rule in account.clearance
            ),
        )
        for account in reading.rows("accounts.toml", Account, account_rows)
    )
    tables = Tables(
        apps=reading.rows("accounts.toml", App, app_rows),
        accounts=accounts,
        officers=officers,
        lanes=tuple(
            sorted(reading.rows("lanes.toml", Lane, lanes_file.get("lane")), key=lambda x: x.rank)
        ),
        tags=tuple(str(tag) for tag in lanes_file.get("tags", ())),
        app_secrets=app_secrets,
        account_secrets=account_secrets,
        casualties=_casualties(lanes_file.get("casualties")),
        phrases=phrases,
        lines=by_template(approved),
    )
    reading.faults += _contradictions(tables)
    if reading.faults:
        raise Misconfigured(tuple(reading.faults))
    return tables


def _casualties(told: object) -> Casualties:
    """Gather the words of all languages: `[casualties.words]`, `[casualties.numbers]`."""
    tables = told if isinstance(told, Mapping) else {}
    words, numbers = (
        tuple(str(one) for many in dict(tables.get(name, {})).values() for one in many)
        for name in ("words", "numbers")
    )
    return Casualties(words, numbers)


def _members(
    reading: _Reading,
    account: AccountId,
    names: tuple[str, ...],
    officers: tuple[Officer, ...],
    groups: Mapping[str, list[str]],
) -> tuple[OfficerId, ...]:
    """Resolve who is named for an account: `@press` is a group of officers.toml."""
    known = {officer.id for officer in officers}
    found = dict[OfficerId, None]()
    for name in names:
        members = groups.get(name[1:], []) if name.startswith("@") else [name]
        if not members:
            reading.faults.append(f"accounts.toml: {account}: there is no group {name}.")
        for member in members:
            if member not in known:
                reading.faults.append(f"accounts.toml: {account}: {member} is no officer.")
            found[member] = None
    return tuple(found)


def _contradictions(tables: Tables) -> list[str]:
    """Name what is readable but cannot be meant."""
    return [
        *_twice("an account", [account.id for account in tables.accounts]),
        *_twice("an officer", [officer.id for officer in tables.officers]),
        *signatures.faults(tables.accounts, tables.officers),
        *_twice("a Slack id", [one for officer in tables.officers for one in officer.slack]),
        *_twice("a lane", [lane.name for lane in tables.lanes]),
        *(fault for account in tables.accounts for fault in _account_faults(account, tables)),
    ]


def _twice(what: str, names: list[str]) -> list[str]:
    return [f"{name} is {what} twice." for name in dict.fromkeys(names) if names.count(name) > 1]


def _account_faults(account: Account, tables: Tables) -> list[str]:
    faults = []
    app = next((app for app in tables.apps if app.id == account.app), None)
    if app is None or app.platform != account.platform:
        faults.append(f"{account.id}: there is no app {account.app} at {account.platform}.")
    if not account.slack_channel:
        faults.append(f"{account.id}: slack_channel is missing: where would its cards go?")
    if account.private_channel and account.private_channel == account.slack_channel:
        faults.append(f"{account.id}: private_channel is the public one.")
    if account.instance and not _is_instance(account.instance):
        faults.append(f"{account.id}: instance is no address like https://social.example.")
    try:
        money(account.budget_month)
    except ValueError:
        shown = account.budget_month
        faults.append(f'{account.id}: budget_month: {shown} is no sum like "50 USD".')
    try:
        ZoneInfo(account.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        faults.append(f"{account.id}: {account.time_zone} is no time zone.")
    return faults + _hours_faults(account) + _clearance_faults(account, tables)


def _is_instance(url: str) -> bool:
    """Say whether it is a host by https alone: a token goes there."""
    try:
        return url == f"https://{urlsplit(url).hostname}"
    except ValueError:
        return False


def _hours_faults(account: Account) -> list[str]:
    try:
        found = hours.read(account.hours)
    except ValueError as error:
        return [f"{account.id}: hours: {error}."]
    if account.greeting == "outside_hours" and not found:
        return [f'{account.id}: hours is missing: greeting = "outside_hours" needs it.']
    return []


def _clearance_faults(account: Account, tables: Tables) -> list[str]:
    faults = []
    for n, rule in enumerate(account.clearance, 1):
        where = f"{account.id}: clearance rule {n}"
        lanes, tags = {lane.name for lane in tables.lanes}, set(tables.tags)
        faults += [f"{where}: there is no lane {one}." for one in rule.lanes if one not in lanes]
        faults += [f"{where}: there is no tag {one}." for one in rule.tags if one not in tags]
        if not 0 <= rule.needs <= MOST_APPROVERS:
            faults.append(f"{where}: needs is 0, 1 or 2.")
        try:
            _ = rule.valid_ms
        except ValueError:
            faults.append(f'{where}: valid: {rule.valid} is not like "90m" or "2h".')
        able = approvers(tables.officers, account, rule.from_)
        if len(able) < rule.needs:
            faults.append(f"{where}: {rule.needs} must clear, but {len(able)} of them may.")
        named = {one.id for one in able}
        faults += [f"{where}: {one} may not clear." for one in rule.from_ if one not in named]
    return faults
