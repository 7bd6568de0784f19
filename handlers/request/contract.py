"""The contract, as the server reads it at start."""

from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).parents[2]
CONTRACT: dict[str, Any] = orjson.loads((ROOT / "generated" / "openapi.json").read_bytes())
COMPONENTS: dict[str, dict[str, Any]] = CONTRACT["components"]


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """What a reference refers to; anything else is itself."""
    if "$ref" not in node:
        return node
    _, _, kind, name = node["$ref"].split("/")
    found: dict[str, Any] = COMPONENTS[kind][name]
    return found
