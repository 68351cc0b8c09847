"""A signature stays theirs who had it first, over restarts and whatever the tables say later."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from inbox import Unfit, opened
from inbox.store.client import Client
from inbox.store.signers import Signers
from inbox.team.policies import Policies
from inbox.words import Account, Officer
from tests.inbox.house import LANES, PROFILE, SECRET, clock, ids

PRESS = Account(id="x/a", app="x", native_id="1", title="Landet UD", officers=("aj", "en"))
ANNA = Officer(id="aj", initials="AJ", name="Anna Jansson")
ERIK = Officer(id="en", initials="EN", name="Erik Nyström")
ALVA = Officer(id="alva", initials="AJ", name="Alva Jonsson", accounts=("x/a",))


async def test_initials_once_kept_are_nobody_else_s(client: Client) -> None:
    signers = Signers(client)
    assert await signers.keep([PRESS], [ANNA, ERIK]) == []
    assert await signers.keep([PRESS], [ANNA, ERIK]) == []
    (told,) = await signers.keep([PRESS], [ALVA, ERIK])
    assert told == (
        "AJ on x/a is aj's, for good. Give Alva Jonsson (alva) another signature in officers.toml."
    )
    gone = replace(ANNA, active=False)
    (told,) = await signers.keep([PRESS], [gone, replace(ERIK, initials="aj")])
    assert told.startswith("AJ on x/a is Anna Jansson's (aj), for good.")
    assert await signers.keep([PRESS], [replace(gone, active=True), ERIK]) == []


async def test_on_another_account_the_same_initials_are_free(client: Client) -> None:
    signers = Signers(client)
    await signers.keep([PRESS], [ANNA])
    other = replace(PRESS, id="x/b", officers=())
    assert await signers.keep([other], [replace(ALVA, accounts=("x/b",))]) == []


async def test_who_takes_other_initials_keeps_the_old_ones_too(client: Client) -> None:
    signers = Signers(client)
    await signers.keep([PRESS], [ANNA])
    assert await signers.keep([PRESS], [replace(ANNA, initials="ANJ")]) == []
    assert {one.word for one in await signers.of("x/a")} == {"AJ", "ANJ"}
    assert await signers.keep([PRESS], [ALVA]) != []


async def test_a_pseudonym_is_kept_where_the_account_signs_with_it(client: Client) -> None:
    signers, hidden = Signers(client), replace(PRESS, signature="pseudonym")
    await signers.keep([hidden], [replace(ANNA, pseudonym="Sol")])
    assert {one.word for one in await signers.of("x/a")} == {"Sol"}
    assert await signers.keep([hidden], [replace(ERIK, pseudonym="SOL")]) != []


async def test_who_signed_once_and_stands_in_no_table_is_named(client: Client) -> None:
    signers = Signers(client)
    await signers.keep([PRESS], [ANNA, ERIK])
    assert await signers.forgotten([PRESS], {"aj": ANNA, "en": ERIK}) == set()
    assert await signers.forgotten([PRESS], {"en": ERIK}) == {"aj"}


async def started(folder: Path, *officers: Officer) -> None:
    """Start a process on these tables, and stop it again."""
    tables = Policies([PRESS], officers, LANES, (), {"x": PROFILE})
    async with opened(
        None, data=folder, secret=SECRET, policies=tables, clock=clock, ids=ids(), mode="sandbox"
    ):
        pass


async def test_a_start_is_refused_that_gives_somebody_s_initials_away(tmp_path: Path) -> None:
    await started(tmp_path, ANNA, ERIK)
    with pytest.raises(Unfit, match=r"AJ on x/a is aj's, for good\. Give Alva Jonsson \(alva\)"):
        await started(tmp_path, ALVA, ERIK)
    await started(tmp_path, replace(ANNA, active=False), replace(ALVA, initials="ALJ"), ERIK)
