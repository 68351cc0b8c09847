"""The platforms we speak: one module or package each, by the name that begins its ids."""

from __future__ import annotations

from collections.abc import Mapping

from bots.contract import Platform
from bots.platforms import x

PLATFORMS: Mapping[str, Platform] = {"x": x}
