"""The documentation keeps its word: links lead somewhere, tables equal the code, and what can be pasted works."""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from app.domain.eligibility.custody import CustodyReason
from app.domain.eligibility.policy import PolicyDocument
from app.domain.referrals.rules import Flag
from app.settings import Settings
from tests.docs.tables import DOCS, MADE, PREDICATES, ROOT, VARIABLES, pages, predicates, tables_of

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_RUNNABLE = re.compile(r"<!-- runnable -->\n```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_SECONDS_TO_START = 120
_SECONDS_TO_RUN = 180

# As in the guides' own words: a server on port 8000, and the programs of the checkout's environment.
_PREAMBLE = """\
set -euo pipefail
curl() { command curl --fail-with-body --silent --show-error --max-time 60 "$@"; }
"""


def _documents() -> list[Path]:
    return sorted([*pages(), *(ROOT / "examples").glob("*.md")])


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _FENCED.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", _documents(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in _LINK.findall(_FENCED.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        to = (page.parent / name).resolve() if name else page
        assert to.exists(), f"{target} in {page.name}"
        assert not anchor or anchor in _anchors(to), f"{target} in {page.name}"


@pytest.mark.parametrize("page", _documents(), ids=lambda page: str(page.relative_to(ROOT)))
def test_tables_made_from_the_code_equal_it(page: Path) -> None:
    for name, body in tables_of(page.read_text(encoding="utf-8")).items():
        assert body == MADE[name](), f"run `python -m tests.docs.tables`: {name} in {page.name} is out of step"


def test_every_table_stands_in_some_page() -> None:
    shown = {name for page in _documents() for name in tables_of(page.read_text(encoding="utf-8"))}
    assert shown == set(MADE)


def test_every_variable_and_predicate_is_explained() -> None:
    assert set(VARIABLES) == {str(field.validation_alias) for field in Settings.model_fields.values()}
    assert set(PREDICATES) == set(re.findall(r"^\| `(\w+)`", predicates(), re.MULTILINE))


def test_reasons_and_flags_are_named() -> None:
    # The lower bound is described, not named: its code is in the answer.
    reasons = {code.value for code in CustodyReason} - {"LOWER_BOUND_AT_LEAST_THRESHOLD", "INDEFINITE"}
    told = (DOCS / "eligibility.md").read_text(encoding="utf-8")
    assert not {code for code in reasons if f"`{code}`" not in told}
    told = (DOCS / "referral-dispositions.md").read_text(encoding="utf-8")
    assert not {flag for flag in Flag if f"`{flag.value}`" not in told}


def test_every_policy_shown_is_a_policy() -> None:
    shown = re.findall(r"^```json\n(.*?)^```$", (DOCS / "eligibility.md").read_text(), re.DOTALL | re.MULTILINE)
    assert shown
    for document in shown:
        PolicyDocument.model_validate(json.loads(document))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(data_dir: Path, port: int) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("THROUGHGATE_", "DATABASE_"))}
    address = f"http://127.0.0.1:{port}"
    return {**ours, "THROUGHGATE_DATA_DIR": str(data_dir), "PORT": str(port), "THROUGHGATE_URL": address}


@contextmanager
def _demo(data_dir: Path, port: int) -> Iterator[None]:
    """The service as `make run` starts it."""
    said = data_dir / "said.log"
    with said.open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "app", "run"],
            cwd=ROOT,
            env=_environment(data_dir, port),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        until = time.monotonic() + _SECONDS_TO_START
        while True:
            with suppress(httpx.TransportError):
                if httpx.get(f"http://127.0.0.1:{port}/health/readiness", timeout=10).status_code == 200:
                    break
            assert server.poll() is None, said.read_text(errors="replace")
            assert time.monotonic() < until, said.read_text(errors="replace")
            time.sleep(0.2)
        yield
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@pytest.fixture(scope="session")
def demo() -> Iterator[tuple[Path, int]]:
    # Not tmp_path: where we are root, PostgreSQL runs as somebody else, who must be able to reach its folder.
    data_dir, port = Path(tempfile.mkdtemp(prefix="throughgate-docs-")), _free_port()
    data_dir.chmod(0o711)
    try:
        with _demo(data_dir, port):
            yield data_dir, port
    finally:
        shutil.rmtree(data_dir, ignore_errors=True)


def _paste(page: Path, data_dir: Path, port: int) -> subprocess.CompletedProcess[str]:
    """All of a page's runnable blocks in one shell, as a reader would paste them one after the other."""
    script = _PREAMBLE + "\n".join(_RUNNABLE.findall(page.read_text(encoding="utf-8")))
    script = script.replace("http://127.0.0.1:8000", f"http://127.0.0.1:{port}")
    script = script.replace(".venv/bin/", f"{shlex.quote(str(Path(sys.executable).parent))}/")
    return subprocess.run(
        ["bash", "-c", script],
        cwd=ROOT,
        env=_environment(data_dir, port),
        capture_output=True,
        text=True,
        timeout=_SECONDS_TO_RUN,
        check=False,
    )


def test_what_can_be_pasted_works(demo: tuple[Path, int]) -> None:
    # One test, not one for each page: each worker that took one would start a server of its own.
    said: dict[str, str] = {}
    for page in _documents():
        if _RUNNABLE.search(page.read_text(encoding="utf-8")):
            ran = _paste(page, *demo)
            assert ran.returncode == 0, f"{page.relative_to(ROOT)}\n{ran.stdout[-2000:]}\n{ran.stderr[-2000:]}"
            said[page.name] = ran.stdout
    assert said.keys() == {
        "README.md",
        "partner.md",
        "front-end.md",
        "graphql.md",
        "scripts.md",
        "subscriptions.md",
        "eligibility.md",
        "forecast.md",
        "operator.md",
        "trusted-documents.md",
        "through-the-gate.md",
        "gate-support.md",
        "release.md",
        "endings.md",
        "one-person.md",
        "outcomes.md",
        "reports.md",
    }

    assert re.findall(r"HTTP/1\.1 (\d+)", said["README.md"]) == ["201", "200", "200"]
    assert '"outcome" : "ELIGIBLE"' in said["README.md"]
    assert '"received":94' in said["README.md"]
    assert "LEGAL_STATUS_UNKNOWN" in said["partner.md"]
    assert "pushed again: 201 replayed: true" in said["partner.md"]
    assert '"withdrawn"' in said["partner.md"]
    kinds = ["FIRST_KNOWN", "TRANSFER", "RELEASE", "RECALL", "COURT"]
    assert [kind for kind in kinds if f'"kind" : "{kind}"' in said["through-the-gate.md"]] == kinds
    assert '"accommodation_plan":"ARRANGED"' in said["release.md"].replace(" ", "")
    assert '"days_left"' in said["release.md"]
    assert '"agreed_end_on":"2099-12-31"' in said["endings.md"].replace(" ", "")
    assert "Another record of his was merged into this one" in said["one-person.md"]
    assert '"way_of_contact":"Ring 020 7946 0000 on weekdays."' in said["gate-support.md"].replace('" : "', '":"')
    assert "outcomes,1,HEALTH_WELLBEING,Mental health or well-being improved,27,31,87,71,95" in said["reports.md"]
    assert "Mental health or well-being improved: 87% (71 to 95)" in said["reports.md"]
    assert re.search(r"application/pdf, \d{5,} bytes", said["reports.md"])
    assert "</html>" in said["reports.md"]
    assert '"stands":true' in said["outcomes.md"].replace(" ", "")
    assert "CODE_NOT_ACCEPTED" in said["gate-support.md"]
    assert '"state":"OFFERED"' in said["gate-support.md"].replace(" ", "")
    assert '"policyVersion"' in said["graphql.md"]
    assert "errors" not in said["graphql.md"]
    assert re.search(r"^\d+ waiting on \d{4}-\d\d-\d\d$", said["front-end.md"], re.MULTILINE)
    assert "2024-02-01,2025-03-31," in said["scripts.md"]
    assert "EARLY_RELEASE_POSSIBLE:HDCED" in said["eligibility.md"]
    before, after = re.findall(
        r'^data: {"data":{"waitingList":{"total":(\d+)}}}$', said["subscriptions.md"], re.MULTILINE
    )
    assert int(after) == int(before) + 1
    assert re.search(
        r'\{"data":\{"programmes":\{"edges":\[\{"node":\{"name"', said["trusted-documents.md"].replace(" ", "")
    )

    # The ledger of a period, asked again with its instant, is the same; and its parts sum to the whole.
    found = re.findall(r'\{"programme_id".*?"sources":\[.*?\]\}', said["scripts.md"])
    ledgers = [json.loads(one) for one in found]
    assert len(ledgers) == 2
    assert ledgers[0]["dispositions"] == ledgers[1]["dispositions"]
    assert sum(part["count"] for part in ledgers[0]["dispositions"]) == ledgers[0]["received"] == 93
