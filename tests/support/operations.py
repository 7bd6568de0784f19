"""Which operations of the contract the behaviour tests have seen answer."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import generated

CONTRACT = Path(generated.__file__).with_name("openapi.json")
_METHODS = ("get", "post", "patch", "put", "delete")


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{[^/]*?\\}", "[^/]+", re.escape(template)))


@dataclass
class Operations:
    """The contract's operations, and those of them that a test has seen succeed."""

    controllers: dict[str, str]
    """The function that answers each operationId, as the contract names it."""
    contract: dict[str, Any] = field(default_factory=dict)
    described: dict[str, Any] = field(default_factory=dict)
    """What the contract says of each operationId."""
    succeeded: set[str] = field(default_factory=set)
    _routes: list[tuple[str, re.Pattern[str], str]] = field(default_factory=list)

    @classmethod
    def of_contract(cls, path: Path = CONTRACT) -> "Operations":
        """Read from the contract. Literal paths come first, so that none is taken for a parameter."""
        contract = json.loads(path.read_text(encoding="utf-8"))
        found = cls(controllers={}, contract=contract)
        for template in sorted(contract["paths"], key=lambda template: template.count("{")):
            for method in set(_METHODS) & set(contract["paths"][template]):
                operation = contract["paths"][template][method]
                name = operation["operationId"]
                found.described[name] = operation
                found.controllers[name] = f"{operation['x-openapi-router-controller']}.{name}"
                found._routes.append((method.upper(), _pattern(template), name))
        return found

    def note(self, method: str, path: str, status: int) -> None:
        """Remember that the operation at `path` (below the base URL, without query) answered `status`."""
        if status < 300:
            name = self.find(method, path)
            self.succeeded |= {name} if name else set()

    def find(self, method: str, path: str) -> str | None:
        """The operationId that serves `method` on `path`."""
        return next(
            (name for known, pattern, name in self._routes if known == method and pattern.fullmatch(path)), None
        )
