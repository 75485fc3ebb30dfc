"""What a file may be: short, named for what it holds, and of no machine in particular."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PYTHON = sorted((ROOT / "app").rglob("*.py"))
DOMAIN = [path for path in PYTHON if path.is_relative_to(ROOT / "app" / "domain")]
LONGEST = 300
SAYS_NOTHING = re.compile(r"(utils?|helpers?|common|misc|shared|stuff|base)\b")

MACHINE = re.compile(
    r"(?<![\w.])/(?:home|Users|root|work|private/tmp|opt/homebrew)/\w"  # somebody's folders
    r"|\b[A-Z]:\\\\?Users\\"
    r"|//(?:[\w-]+\.)*(?:artifactory|nexus|jfrog|devpi|codeartifact|pythonhosted|npmjs|verdaccio)\."  # a registry
    r"|--(?:extra-)?index-url|--find-links|--trusted-host"
)
MAY_NAME_ONE = {"tests/architecture/test_files.py"}


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _texts() -> list[tuple[str, str]]:
    """The text files that belong to the project; vendored ones are as their makers wrote them."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert listed.returncode == 0, "the tests of what belongs to the project need its git checkout"
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.is_file() and "swagger-ui" not in name and name not in MAY_NAME_ONE:
            content = path.read_bytes()
            if b"\0" not in content:
                found.append((name, content.decode()))
    return found


@pytest.mark.parametrize("path", PYTHON, ids=_name)
def test_a_file_stays_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("path", PYTHON, ids=_name)
def test_a_file_is_named_for_what_it_holds(path: Path) -> None:
    assert not SAYS_NOTHING.match(path.stem)


@pytest.mark.parametrize("path", PYTHON, ids=_name)
def test_a_file_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not text or ast.get_docstring(ast.parse(text))


def test_no_file_knows_a_machine_or_a_registry() -> None:
    wrong = [
        f"{name}:{n}: {line.strip()[:120]}"
        for name, text in _texts()
        for n, line in enumerate(text.splitlines(), start=1)
        if MACHINE.search(line)
    ]
    assert wrong == []


def _calls(path: Path) -> list[tuple[str, int]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [(ast.unparse(node.func), node.lineno) for node in ast.walk(tree) if isinstance(node, ast.Call)]


@pytest.mark.parametrize("path", DOMAIN, ids=_name)
def test_the_domain_is_told_the_time(path: Path) -> None:
    """Creed 5: when (`now`) is an argument, never ambient."""
    ambient = ("datetime.now", "datetime.utcnow", "date.today", "datetime.today", "time.time", "time.monotonic")
    assert [(call, line) for call, line in _calls(path) if call in ambient] == []


@pytest.mark.parametrize("path", DOMAIN, ids=_name)
def test_the_domain_never_commits(path: Path) -> None:
    """Creed 7: the domain flushes; the edge commits once, before it answers."""
    ends = (".commit", ".rollback", ".begin", ".begin_nested")
    assert [(call, line) for call, line in _calls(path) if call.endswith(ends)] == []
