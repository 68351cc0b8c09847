"""What every test of the suite may ask for: the platform, its stage, and a house around it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bots.contract import Platform
from bots.outcomes import Punctual
from bots.platforms import PLATFORMS
from inbox import Inbox
from inbox.words import Profile
from tests.bots.conformance.house import House, housed
from tests.bots.conformance.stage import FAULTS, Fault, Stage
from tests.servers import Server


class Base:
    """The platform that signs up names itself; its stage is a fixture of its own."""

    platform: Platform

    @property
    def profile(self) -> Profile:
        """What the platform says of itself: the suite asks for no more, and for no less."""
        return self.platform.PROFILE

    @pytest.fixture
    async def stage(self) -> Stage:
        """Give the platform's stand-in, served: whoever signs up writes this one."""
        raise NotImplementedError(f"{type(self).__name__} has no stage")

    @pytest.fixture
    async def house(
        self,
        stage: Stage,
        single_servers: list[Server],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> AsyncIterator[House]:
        """Yield the inbox around it; whatever was sent is compared with its seal at the end."""

        async def unmeasured(inbox: Inbox) -> None:
            """Keep the test's own time: the server has another."""

        monkeypatch.setattr(Inbox, "measure", unmeasured)
        monkeypatch.setitem(PLATFORMS, stage.account.platform, self.platform)
        async with aiohttp.ClientSession(request_class=Punctual) as http:
            server = single_servers[0]
            async with housed(self.platform, stage, server, tmp_path, http) as house:
                yield house

    def needs(self, stage: Stage, *faults: Fault) -> None:
        """Skip where a foreign server cannot cause this; a stand-in of ours must."""
        missing = {*faults} - stage.faults
        assert stage.foreign or stage.faults == FAULTS, (
            f"the stand-in lacks {FAULTS - stage.faults}"
        )
        if missing:
            pytest.skip(f"the foreign server cannot cause {', '.join(sorted(missing))}")

    def can(self, ability: str) -> None:
        """Skip where the Profile says that the platform has no such thing."""
        if not getattr(self.profile, ability):
            pytest.skip(f"its Profile says: no {ability}")
