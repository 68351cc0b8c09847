from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import Misconfigured, load

GOOD = {
    "CHANCERY_SECRET": "k" * 32,
    "CHANCERY_CONFIG": "config/demo",
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_SIGNING_SECRET": "s",
}


def faults(**changed: str) -> tuple[str, ...]:
    with pytest.raises(Misconfigured) as caught:
        load({**GOOD, **changed}, ["x"])
    return caught.value.faults


def test_good_settings_are_read() -> None:
    settings = load(GOOD)
    assert (settings.host, settings.port, settings.mode) == ("127.0.0.1", 8080, "real")
    assert settings.data == Path("var")
    assert settings.slack.api_url == "https://slack.com/api/"


def test_everything_wrong_is_named_at_once() -> None:
    with pytest.raises(Misconfigured) as caught:
        load({"PORT": "eighty", "METRICS_PORT": "99999", "REDIS_URL": "http://x"})
    told = str(caught.value)
    for name in (
        "PORT",
        "METRICS_PORT",
        "REDIS_URL",
        "CHANCERY_SECRET",
        "CHANCERY_CONFIG",
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
    ):
        assert name in told


@pytest.mark.parametrize("name", ["SLACK_API_URL", "X_API_URL"])
def test_a_foreign_api_host_is_refused_outside_the_sandbox(name: str) -> None:
    [fault] = faults(**{name: "http://127.0.0.1:1/api/"})
    assert name in fault


@pytest.mark.parametrize("name", ["SLACK_API_URL", "X_API_URL"])
def test_the_sandbox_speaks_to_this_computer_only(name: str) -> None:
    [fault] = faults(CHANCERY_MODE="sandbox", **{name: "https://evil.example/"})
    assert name in fault
    settings = load({**GOOD, "CHANCERY_MODE": "sandbox", name: "http://127.0.0.1:1/"}, ["x"])
    assert settings.mode == "sandbox"


def test_the_sandbox_listens_to_loopback_only() -> None:
    [fault] = faults(CHANCERY_MODE="sandbox", HOST="0.0.0.0")  # noqa: S104 - the bad value itself
    assert "HOST" in fault


def test_a_misspelt_mode_is_a_fault_and_not_the_real_thing() -> None:
    [fault] = faults(CHANCERY_MODE="sandbx")
    assert "CHANCERY_MODE" in fault


def test_a_secret_never_shows_in_a_repr() -> None:
    settings = load({**GOOD, "SLACK_BOT_TOKEN": "xoxb-canary", "CHANCERY_SECRET": "canary" * 6})
    assert "canary" not in repr(settings)


def test_the_anchor_lies_beside_the_data_folder_and_never_in_it(tmp_path: Path) -> None:
    data = str(tmp_path / "var")
    assert load(GOOD | {"CHANCERY_DATA": data}).anchor == tmp_path / "var.anchor.jsonl"
    named = load(GOOD | {"CHANCERY_DATA": data, "CHANCERY_ANCHOR": str(tmp_path / "far")})
    assert named.anchor == tmp_path / "far"
    with pytest.raises(Misconfigured, match="CHANCERY_ANCHOR lies in CHANCERY_DATA"):
        load(GOOD | {"CHANCERY_DATA": data, "CHANCERY_ANCHOR": f"{data}/anchor.jsonl"})


def test_the_anchor_is_told_by_https_and_in_the_sandbox_to_this_computer_alone() -> None:
    assert load(GOOD | {"CHANCERY_ANCHOR_URL": "https://w.example/x"}).anchor_url
    assert load(GOOD | {"CHANCERY_ANCHOR_URL": "http://127.0.0.1:9/x"}).anchor_url
    for wrong in (
        GOOD | {"CHANCERY_ANCHOR_URL": "http://w.example/x"},
        GOOD | {"CHANCERY_MODE": "sandbox", "CHANCERY_ANCHOR_URL": "https://w.example/x"},
    ):
        with pytest.raises(Misconfigured, match="CHANCERY_ANCHOR_URL"):
            load(wrong)
