"""The committed OpenAPI document is the one that this code answers with."""

import json
from pathlib import Path

import pytest

from app.main import bare_app

COMMITTED = Path(__file__).parent.parent.parent / "openapi" / "openapi.json"


def test_the_committed_document_is_this_version_s() -> None:
    written = json.dumps(bare_app().openapi(), indent=2, ensure_ascii=False) + "\n"
    if not COMMITTED.exists() or COMMITTED.read_text(encoding="utf-8") != written:
        pytest.fail("openapi/openapi.json is not this version's: run `make openapi` and look at what changed.")
