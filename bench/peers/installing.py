"""Installing a peer with the ordinary clients, once, into a folder of its own under the git-ignored .bench/."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.contender import NotInstalled

_PATIENCE = 1500
_NODE = "node@22.23.3"


def environment_of(folder: Path, requirements: Path) -> Path:
    """A Python environment with these packages: its folder of programs."""
    wanted = requirements.read_text(encoding="utf-8")
    programs = folder / "venv" / "bin"
    if _stamped(folder, wanted) and programs.exists():
        return programs
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _run([sys.executable, "-m", "venv", folder / "venv"], folder)
    pip = [programs / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run([*pip, "--requirement", requirements], folder)
    _stamp(folder, wanted)
    return programs


def node_packages(folder: Path, *packages: str) -> Path:
    """These npm packages in a folder of their own: the folder of their programs."""
    programs = folder / "node_modules" / ".bin"
    node = node_itself(folder.parent / "node")
    wanted = "\n".join((_NODE, *packages))
    if _stamped(folder, wanted) and programs.exists():
        return programs
    # What is compiled during the installation must be compiled for this Node.js, with its own headers.
    more = {"PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}"}
    headers = next((folder.parent / "node").rglob("include/node/node.h"), None)
    if headers is not None:
        more["npm_config_nodedir"] = str(headers.parents[2])
    _install(folder, packages, more)
    _stamp(folder, wanted)
    return programs


def node_itself(folder: Path) -> Path:
    """A Node.js that is new enough for all of them, whatever the machine has."""
    program = folder / "node_modules" / ".bin" / "node"
    if not (_stamped(folder, _NODE) and program.exists()):
        _install(folder, (_NODE,), {})
        _stamp(folder, _NODE)
    return program


def _install(folder: Path, packages: Sequence[str], more: dict[str, str]) -> None:
    if shutil.which("npm") is None:
        raise NotInstalled("npm was not found on the PATH")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "package.json").write_text('{"name": "peer", "private": true}\n', encoding="utf-8")
    _run(["npm", "install", "--no-audit", "--no-fund", "--save-exact", *packages], folder, more)


def _run(command: Sequence[object], folder: Path, more: dict[str, str] | None = None) -> None:
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=folder,
            env={**os.environ, **(more or {})},
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
        )
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"{command[0]} did not end within {_PATIENCE} s") from None
    if done.returncode:
        lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise NotInstalled(f"{Path(str(command[0])).name} failed: {' / '.join(lines[-3:])[:300]}")


def _stamped(folder: Path, wanted: str) -> bool:
    stamp = folder / "installed"
    return stamp.exists() and stamp.read_text(encoding="utf-8") == _digest(folder, wanted)


def _stamp(folder: Path, wanted: str) -> None:
    (folder / "installed").write_text(_digest(folder, wanted), encoding="utf-8")


def _digest(folder: Path, wanted: str) -> str:
    """Of what was wanted, for which Python, where: an environment that was moved does not run."""
    return hashlib.sha256(f"{folder}\n{platform.python_version()}\n{wanted}".encode()).hexdigest()
