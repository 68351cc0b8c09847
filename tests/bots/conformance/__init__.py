"""What every platform must do: a suite that it inherits by naming itself.

    class TestX(Conformance):
        platform = x

        @pytest.fixture
        async def stage(self) -> AsyncIterator[Stage]: ...

`tests/bots/conformance/stage.py` lists what the stage must offer; `docs/adding-a-platform.md`
shows one from beginning to end. Nothing is skipped by hand: what a platform lacks, its Profile
says.
"""

from __future__ import annotations

from tests.bots.conformance.beginning import Beginning
from tests.bots.conformance.doors import Doors
from tests.bots.conformance.house import House
from tests.bots.conformance.reading import Reading
from tests.bots.conformance.sending import Sending
from tests.bots.conformance.splitting import Splitting
from tests.bots.conformance.stage import (
    FAULTS,
    Call,
    Clock,
    Fault,
    Pushed,
    Stage,
    Who,
    Whom,
    Written,
)
from tests.bots.conformance.trouble import Trouble
from tests.seals import Heard

__all__ = [
    "FAULTS",
    "Call",
    "Clock",
    "Conformance",
    "Fault",
    "Heard",
    "House",
    "Pushed",
    "Stage",
    "Who",
    "Whom",
    "Written",
]


class Conformance(Reading, Doors, Sending, Splitting, Beginning, Trouble):
    """Everything at once: whoever signs up gives `platform` and the fixture `stage`."""
