"""Creed 4 and 5: an operation is a sentence in the imperative, keyword-only, and told who asks and when."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import app.domain

DOING = ("operations", "access", "documents")
"""The modules of a step in which something is done; `journeys` does nothing else."""


def _modules() -> Iterator[Any]:
    for found in pkgutil.walk_packages(app.domain.__path__, "app.domain."):
        step, *inside = found.name.removeprefix("app.domain.").split(".")
        if (len(inside) == 1 and inside[0] in DOING) or (inside and step == "journeys"):
            yield importlib.import_module(found.name)


def _operations() -> Iterator[Any]:
    for module in _modules():
        for name, function in vars(module).items():
            ours = function.__module__.startswith(module.__name__) if inspect.iscoroutinefunction(function) else False
            if ours and not name.startswith("_"):
                yield pytest.param(function, id=f"{module.__name__}.{name}")


@pytest.mark.parametrize("operation", list(_operations()))
def test_an_operation_is_a_sentence(operation: Callable[..., Any]) -> None:
    session, *others = inspect.signature(operation).parameters.values()
    assert operation.__doc__
    assert session.name == "session"
    assert [one.name for one in others if one.kind is not one.KEYWORD_ONLY] == []
    assert "actor" in {one.name for one in others}
