"""Where the checks are, and how pytest is made to run them and nothing else."""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.contract.errors import CannotRunError

if TYPE_CHECKING:
    from tests.support.check import Check

ROOT = Path(__file__).parents[2]
# In a wheel the tests lie below this package, so that no package of the name `tests` is installed.
HOME = ROOT if (ROOT / "tests" / "behaviour").is_dir() else Path(__file__).parent / "checks"
_ARGUMENTS = (
    "--noconftest",
    "--disable-plugin-autoload",
    "--capture=no",
    "-p",
    "no:terminal",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:warnings",
    "-p",
    "no:faulthandler",
    "-p",
    "no:logging",
)


def prepare() -> None:
    """Make the checks importable; say what is missing."""
    try:
        import httpx  # noqa: F401
        import pytest
    except ImportError as error:
        raise CannotRunError(
            f"{error.name} is not installed, which the contract kit needs: pip install 'pluralspec[contract]'"
        ) from error
    if not (HOME / "tests" / "behaviour").is_dir():
        raise CannotRunError(f"the checks are missing: there is no {HOME / 'tests' / 'behaviour'}")
    if str(HOME) not in sys.path:
        sys.path.insert(0, str(HOME))
    # So that an assertion that does not hold can say why.
    pytest.register_assert_rewrite("tests.support")


def run(plugin: object, *arguments: str) -> int:
    """Have pytest collect the checks and hand them to the plugin."""
    import pytest

    with tempfile.NamedTemporaryFile("w", suffix=".ini") as settings:
        settings.write("[pytest]\naddopts =\nverbosity_assertions = 2\n")
        settings.flush()
        own = ["-c", settings.name, "--rootdir", str(HOME), *arguments, str(HOME / "tests" / "behaviour")]
        return int(pytest.main([*_ARGUMENTS, *own], plugins=[plugin]))


def checks() -> "list[Check]":
    """All checks of the kit, in their order."""
    prepare()
    from scripts.contract.collecting import Collector

    collector = Collector()
    run(collector, "--collect-only")
    return collector.found
