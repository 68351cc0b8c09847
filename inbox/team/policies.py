"""Accounts, officers, lanes and profiles, looked up the ways the house asks for them."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from inbox.team.roles import may
from inbox.words import (
    Account,
    AccountId,
    Audience,
    Casualties,
    Lane,
    Officer,
    OfficerId,
    Policy,
    Profile,
)


class Policies:
    """The tables of the house; `lines` are the approved lines for the public, by template.

    `epoch`, `on_duty`, `halted`, `seats` and `spent` are kept current by the inbox;
    `profiles` is keyed by platform, or by account where the server narrowed it.
    """

    def __init__(
        self,
        accounts: Sequence[Account],
        officers: Sequence[Officer],
        lanes: Sequence[Lane],
        tags: Sequence[str],
        profiles: Mapping[str, Profile],
        casualties: Casualties | None = None,
    ) -> None:
        self.accounts = tuple(accounts)
        self.officers = {officer.id: officer for officer in officers}
        self.lanes = tuple(lanes)
        self.tags = tuple(tags)
        self.profiles = dict(profiles)
        self.casualties = casualties or Casualties()
        self.lines: Mapping[str, Mapping[str, str]] = {}
        self.epoch = ""
        self.on_duty: frozenset[OfficerId] = frozenset()
        self.halted: frozenset[AccountId] = frozenset()
        self.seats: Mapping[str, OfficerId] = {}
        self.spent: frozenset[AccountId] = frozenset()
        self._by_id = {account.id: account for account in self.accounts}
        self._by_native = {(one.platform, one.native_id): one for one in self.accounts}
        self._by_slack = {one: officer for officer in officers for one in officer.slack}
        self._teams = {one.partition("/")[0] for one in self._by_slack if "/" in one}

    def of(self, account_id: AccountId, by: str) -> Policy:
        """Return what a decision may look at; raises KeyError for an account nobody knows."""
        account = self._by_id[account_id]
        who, _, name = by.partition(":")
        return Policy(
            account=account,
            profile=self.profile(account),
            lanes=self.lanes,
            tags=self.tags,
            lines=self.lines,
            officer=self.officers.get(name) if who == "officer" else None,
            officers=self.officers,
            on_duty=self.on_duty,
            epoch=self.epoch,
            halted=account_id in self.halted,
            casualties=self.casualties,
            spent=account_id in self.spent,
        )

    def profile(self, account: Account) -> Profile:
        """Return an account's own profile where the server narrowed it, else its platform's."""
        narrowed = self.profiles.get(account.id)
        return narrowed if narrowed is not None else self.profiles[account.platform]

    def narrow(self, limits: Mapping[AccountId, Mapping[Audience, int]]) -> None:
        """Let what an account's own server says of its limits count instead of its platform's."""
        for account in self.accounts:
            platform, own = self.profiles.get(account.platform), limits.get(account.id)
            if platform is not None and own:
                narrowed = replace(platform, limits={**platform.limits, **own})
                self.profiles[account.id] = narrowed

    def account(self, account_id: AccountId) -> Account | None:
        """Return an account by its slug."""
        return self._by_id.get(account_id)

    def by_native(self, platform: str, native_id: str) -> Account | None:
        """Return the account that the platform calls by this id."""
        return self._by_native.get((platform, native_id))

    def officer(self, officer_id: OfficerId) -> Officer | None:
        """Return an officer, a removed one too: `may` refuses them everything."""
        return self.officers.get(officer_id)

    def by_slack(self, team: str, user: str) -> Officer | None:
        """Return who acts in Slack; `team` is a workspace's or an enterprise's id.

        A bare user id of officers.toml counts only in a team that the table names, or in any when
        it names none; somebody of a foreign team is nobody.
        """
        named = self._by_slack.get(f"{team}/{user}")
        if named is not None:
            return named
        ours = team in self._teams or not self._teams
        named = self._by_slack.get(user) if ours else None
        return named or self.seatable(self.seats.get(f"{team}/{user}", ""))

    def seatable(self, officer_id: OfficerId) -> Officer | None:
        """Return an officer who may take a seat by a code: the tables name no Slack id of theirs."""
        officer = self.officers.get(officer_id)
        if officer is None or not officer.active or officer.slack:
            return None  # guard: table-first test=tests/handlers/slack/test_seating.py::test_whom_the_tables_name_no_code_replaces
        return officer

    def slack_of(self, officer: Officer) -> tuple[str, ...]:
        """Return an officer's Slack ids: those of the tables, else those that took their seat."""
        taken = (who for who, whom in self.seats.items() if whom == officer.id)
        return officer.slack or tuple(taken)

    def channels(self) -> tuple[str, ...]:
        """Return every Slack channel that shows cards, once."""
        every = (one for a in self.accounts for one in (a.slack_channel, a.private_channel))
        return tuple(dict.fromkeys(channel for channel in every if channel))

    def accounts_for(self, officer: Officer) -> tuple[Account, ...]:
        """Return the accounts that an officer may read."""
        return tuple(account for account in self.accounts if may(officer, "read", account))
