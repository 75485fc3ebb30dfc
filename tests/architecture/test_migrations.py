"""The migration steps lead to exactly the tables that the code declares, and harm no database on the way."""

import io
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

ROOT = Path(__file__).parent.parent.parent
SQUAWK = Path(sys.executable).parent / "squawk"

ON_AN_EMPTY_DATABASE = (
    "prefer-bigint-over-int",  # small counters: sequences within one thing, statuses, failures, capacities
    "prefer-text-field",  # Alembic's own table of versions
)
"""Rules that the first step may break: it meets no rows and no readers."""


def _config(output: io.StringIO | None = None) -> Config:
    config = Config(output_buffer=output)
    config.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    return config


STEPS = list(reversed(list(ScriptDirectory.from_config(_config()).walk_revisions())))
every_step = pytest.mark.parametrize("number", range(len(STEPS)), ids=lambda number: STEPS[number].revision)


def test_the_migrated_database_is_what_the_code_declares(new_database: Callable[[], str]) -> None:
    config = _config(io.StringIO())
    config.attributes["dsn"] = new_database()
    command.check(config)


def test_the_steps_form_one_line() -> None:
    script = ScriptDirectory.from_config(_config())
    assert len(script.get_heads()) == 1
    assert [step.down_revision for step in STEPS] == [None, *(step.revision for step in STEPS[:-1])]


@every_step
def test_a_step_is_numbered_and_described(number: int) -> None:
    step = STEPS[number]
    assert step.revision == f"{number + 1:04}"
    assert re.fullmatch(rf"{step.revision}_[a-z0-9_]+\.py", Path(step.path).name)
    assert step.doc


@every_step
def test_a_step_does_no_harm(number: int, tmp_path: Path) -> None:
    """Written out as SQL it holds no lock for long and breaks no reader: squawk knows how that happens."""
    step, sql = STEPS[number], io.StringIO()
    command.upgrade(_config(sql), f"{step.down_revision or 'base'}:{step.revision}", sql=True)
    file = tmp_path / f"{step.revision}.sql"
    file.write_text(sql.getvalue(), encoding="utf-8")
    config = ROOT / ".squawk.toml"
    always = tomllib.loads(config.read_text(encoding="utf-8"))["excluded_rules"]  # `--exclude` replaces them
    excluded = [*always, *(ON_AN_EMPTY_DATABASE if step.down_revision is None else ())]
    arguments = [f"--config={config}", "--reporter=gcc", f"--exclude={','.join(excluded)}"]
    found = subprocess.run([SQUAWK, *arguments, file], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
