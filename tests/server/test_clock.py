"""A demo's clock can be moved to see what a day brings up; anybody's else cannot."""

from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest

from app.settings import Settings
from app.visits import CLOCK_FILE, clock_of, now_utc


def settings_of(folder: Path, environment: Literal["demo", "production"] | None, *, demo: bool = True) -> Settings:
    if demo:
        (folder / "demo-credentials.json").write_text("{}", encoding="ascii")
    return Settings().model_copy(update={"environment": environment, "data_dir": folder})


def ahead(settings: Settings) -> int:
    return round((clock_of(settings)() - now_utc()) / timedelta(days=1))


@pytest.mark.parametrize("environment", ["demo", None])
def test_it_follows_from_the_next_call_on(tmp_path: Path, environment: Literal["demo"] | None) -> None:
    settings = settings_of(tmp_path, environment)
    clock = clock_of(settings)
    assert round((clock() - now_utc()) / timedelta(days=1)) == 0
    (tmp_path / CLOCK_FILE).write_text("30", encoding="ascii")
    assert round((clock() - now_utc()) / timedelta(days=1)) == 30
    (tmp_path / CLOCK_FILE).write_text("0", encoding="ascii")
    assert round((clock() - now_utc()) / timedelta(days=1)) == 0


def test_in_production_and_without_a_demo_it_stays(tmp_path: Path) -> None:
    (tmp_path / CLOCK_FILE).write_text("30", encoding="ascii")
    assert ahead(settings_of(tmp_path, None, demo=False)) == 0
    assert ahead(settings_of(tmp_path, "production")) == 0
    assert ahead(settings_of(tmp_path, "demo")) == 30


def test_what_is_no_number_moves_nothing(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, "demo")
    (tmp_path / CLOCK_FILE).write_text("tomorrow", encoding="ascii")
    assert ahead(settings) == 0
