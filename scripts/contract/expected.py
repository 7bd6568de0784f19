"""The file of expected failures: known ones, each with its reason, and no others."""

import tomllib
from pathlib import Path

from scripts.contract.errors import CannotRunError
from scripts.contract.results import FAIL, Result, Run

_EXAMPLE = 'expected like:  [[expected]]  id = "members/update/null-clears"  reason = "not built yet"'


def read(path: Path) -> dict[str, str]:
    """The reasons by id."""
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("expected", [])
        reasons = {str(entry["id"]): str(entry["reason"]).strip() for entry in entries}
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError, UnicodeDecodeError) as error:
        raise CannotRunError(f"{path} is no file of expected failures ({error}): {_EXAMPLE}") from error
    if nameless := [identity for identity, reason in reasons.items() if not reason]:
        raise CannotRunError(f"{path} gives no reason for {nameless[0]}")
    return reasons


def apply(run: Run, reasons: dict[str, str], known: set[str]) -> None:
    """Excuse the failures that have a reason, and note the reasons that nothing needed."""
    for identity, reason in reasons.items():
        result = run.results.get(identity)
        if result is not None and result.verdict == FAIL:
            result.known = reason
        elif identity not in known:
            run.unused.append(f"{identity}: there is no such check")
        elif result is not None and result.verdict not in ("skip", "error"):
            run.unused.append(f"{identity}: it did not fail ({result.verdict})")


def entry(result: Result) -> str:
    """What to paste into the file to expect this failure."""
    return f'[[expected]]\nid = "{result.id}"\nreason = ""  # say why\n'
