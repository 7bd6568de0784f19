"""The examples of the contract: captured from a running server on demo data, and put where openapi.yaml shows them."""

from pathlib import Path

from scripts.examples.places import written
from scripts.examples.stage import Stage
from scripts.examples.story import tell, tell_of_limits


def render(root: Path) -> str:
    """The text of openapi.yaml, in which each example is what a server has just understood or answered."""
    with Stage(RATE_LIMITS="off") as stage:
        named = tell(stage)
    with Stage() as limited:
        named |= tell_of_limits(limited)
    return written((root / "openapi.yaml").read_text("utf-8"), stage.shown() | limited.shown(), named)
