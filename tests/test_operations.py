"""Three sets that must be the same: operations of the contract, handler functions, and what tests saw over HTTP."""

import inspect
from importlib import import_module
from types import ModuleType

import pytest

from tests.support.operations import Operations

HANDLERS = ("handlers.systems", "handlers.members", "handlers.groups", "handlers.switches", "handlers.misc")


def public_functions(module: ModuleType) -> set[str]:
    """The functions that a module defines for others."""
    return {
        f"{module.__name__}.{name}"
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }


def test_every_operation_has_one_handler_and_every_handler_one_operation(operations: Operations) -> None:
    defined = [public_functions(import_module(name)) for name in HANDLERS]
    assert set().union(*defined) == set(operations.controllers.values())


@pytest.mark.whole_behaviour
def test_every_operation_is_seen_to_succeed(operations: Operations) -> None:
    assert operations.succeeded == set(operations.controllers)
