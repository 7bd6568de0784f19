"""The linters beside our own checks: that they have nothing to say is tested elsewhere, here that they would."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts import linters
from tests.support.server import ROOT

SPECTRAL = yaml.safe_load((ROOT / "scripts" / "linters" / "spectral.yaml").read_text())
REDOCLY = yaml.safe_load((ROOT / "scripts" / "linters" / "redocly.yaml").read_text())
GET, PATCH, POST = "get", "patch", "post"


def _broken() -> Any:
    """The contract, with each rule of the house broken somewhere."""
    contract = json.loads((ROOT / "generated" / "openapi.json").read_text())
    paths, components = contract["paths"], contract["components"]
    system, member = paths["/systems/{systemRef}"], paths["/members/{memberRef}"]
    members, switches = paths["/members"], paths["/systems/{systemRef}/switches"]
    del system[GET]["summary"]
    member[GET]["operationId"] = "getMember"
    del member[GET]["responses"]["200"]["content"]["application/json"]["examples"]
    member[PATCH]["requestBody"]["content"]["application/json"]["examples"] = {}
    del members[POST]["requestBody"]["description"]
    del members[POST]["responses"]["429"]
    del member[GET]["responses"]["404"]
    del switches[GET]["responses"]["401"]
    del member[PATCH]["responses"]["403"]
    del switches[GET]["responses"]["403"]
    del members[POST]["responses"]["415"]
    components["schemas"]["Error"]["properties"]["code"]["type"] = "string"
    del components["responses"]["NoMember"]["content"]["application/json"]["examples"]
    del components["responses"]["NoSystem"]["headers"]["X-RateLimit-Scope"]
    del components["responses"]["ServiceUnavailable"]["headers"]["Retry-After"]
    del contract["tags"][0]["description"]
    del components["schemas"]["Switch"]["description"]
    del components["schemas"]["Switch"]["properties"]["members"]["description"]
    del components["parameters"]["memberRef"]["description"]
    return contract


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """What the linters say about it."""
    path = tmp_path_factory.mktemp("linters") / "broken.json"
    path.write_text(json.dumps(_broken()))
    yield linters.problems(path)


@pytest.mark.parametrize("rule", SPECTRAL["rules"])
def test_every_rule_of_the_house_can_fail(found: list[str], rule: str) -> None:
    assert any(line.endswith(f"({rule})") for line in found)


def test_a_finding_says_where(found: list[str]) -> None:
    assert any(line.startswith("paths > /members/{memberRef} > get > operationId: ") for line in found)


def test_redocly_and_the_rules_for_openapi_are_asked_too(tmp_path: Path) -> None:
    contract = json.loads((ROOT / "generated" / "openapi.json").read_text())
    del contract["info"]["license"], contract["info"]["contact"]
    path = tmp_path / "broken.json"
    path.write_text(json.dumps(contract))
    rules = {line.rpartition(" ")[2] for line in linters.problems(path)}
    assert {"(info-license)", "(info-contact)"} <= rules


def test_no_rule_is_switched_off() -> None:
    assert REDOCLY == {"extends": ["recommended-strict"], "telemetry": "off"}
    assert SPECTRAL["extends"] == ["spectral:oas"]
    assert all(isinstance(rule, dict) and rule["severity"] == "error" for rule in SPECTRAL["rules"].values())
