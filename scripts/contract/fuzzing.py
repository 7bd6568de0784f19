"""`--fuzz`: Schemathesis with our contract against the same server, under the same rules."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.contract.access import TOKEN, Access
from scripts.contract.collecting import matches
from scripts.contract.conforming import area_of
from scripts.contract.errors import CannotRunError
from scripts.contract.results import FAIL, PASS, UNSUPPORTED, Exchange, Finding, Result, Run
from scripts.contract.suite import HOME, ROOT
from tests.support.check import MARKER
from tests.support.operations import CONTRACT, Operations

if TYPE_CHECKING:
    from scripts.contract.running import Wanted

EXAMPLES = 8
_REQUIREMENT = "Whatever is asked, the answer is one that openapi.yaml describes."
_CONFIGURATION = """
headers = {{{headers}}}
continue-on-failure = true
[phases.coverage]
unexpected-methods = []
[phases.fuzzing.generation]
max-examples = {examples}
"""
_THINGS = ("system", "member", "group", "switch", "guild", "message")
_UNKNOWN = "00000000-0000-4000-8000-000000000000"


def fuzz(access: Access, run: Run, operations: Operations, wanted: "Wanted", kept: Sequence[str]) -> None:
    """Send what Schemathesis thinks up, and add what it finds."""
    only, skip = wanted.only or ["*"], wanted.skip
    names = [name for name in operations.described if matches(_id(name), only) and not matches(_id(name), skip)]
    if not names:
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _prepare(folder, access, run, kept)
        done = subprocess.run(
            _command(folder, access, run.seed, names),
            cwd=folder,
            env=_environment(folder, access.given.token),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if access.wire.journal:
            access.wire.journal.catch_up()
        if done.returncode not in (0, 1) or not (folder / "counts").exists():
            tail = " ".join(access.wire.masks(done.stdout).split())[-400:]
            raise CannotRunError(f"Schemathesis could not run: {tail}")
        _tell(access, run, operations, folder)


def _id(operation: str) -> str:
    return f"{area_of(operation)}/fuzz/{operation}"


def _prepare(folder: Path, access: Access, run: Run, kept: Sequence[str]) -> None:
    journal = access.wire.journal
    rules = {
        "base_url": access.given.base_url,
        "write": access.given.write,
        "paced": access.given.paced,
        "kept": list(kept),
        "foreign": [],
        "journal": str(journal.path) if journal else "",
        "findings": str(folder / "findings"),
    }
    (folder / "rules").write_text(json.dumps(rules), encoding="utf-8")
    headers = ['User-Agent = "pluralspec-contract-kit"']
    headers += [f'Authorization = "${{{TOKEN}}}"'] if access.given.token else []
    (folder / "things").write_text(json.dumps(_things(access)), encoding="utf-8")
    (folder / "schemathesis.toml").write_text(
        _CONFIGURATION.format(examples=EXAMPLES, headers=", ".join(headers)), encoding="utf-8"
    )


def _command(folder: Path, access: Access, seed: int, names: Sequence[str]) -> list[str]:
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(folder / "schemathesis.toml")]
    command += ["run", str(CONTRACT), "--url", access.given.base_url, "--seed", str(seed), "--no-color"]
    # Linked calls would come upon what was in the system before.
    command += ["--generation-database", "none", "--phases", "examples,coverage,fuzzing"]
    for name in names:
        command += ["--include-operation-id", name]
    if not access.given.write:
        command += ["--exclude-method", "POST", "--exclude-method", "PATCH", "--exclude-method", "DELETE"]
    return command


def _environment(folder: Path, token: str) -> dict[str, str]:
    """Tokens are in no command line."""
    return os.environ | {
        TOKEN: token,
        "SCHEMATHESIS_HOOKS": "scripts.contract.fuzzing_hooks",
        "FUZZ_THINGS": str(folder / "things"),
        "FUZZ_REPORT": str(folder / "counts"),
        "FUZZ_RULES": str(folder / "rules"),
        "PYTHONPATH": os.pathsep.join([str(HOME), str(ROOT)]),
    }


def _things(access: Access) -> dict[str, list[str]]:
    """References to what may be hit: what the kit makes for it now, or can see."""
    given, shown = access.given, access.shown
    found: dict[str, list[str]] = {kind: [_UNKNOWN] for kind in _THINGS}
    found |= {"guild": [given.guild or "1"], "message": [given.message or "1"]}
    if given.write and access.own:
        found["system"] = [access.own.id, access.own.uuid, "@me"]
        found |= _made(access)
    elif shown:
        found["system"] = [shown.id, shown.uuid]
        found |= {kind: _listed(access, kind) or found[kind] for kind in ("member", "group")}
    return found


def _made(access: Access) -> dict[str, list[str]]:
    """A few of each, so that deleting one leaves others."""
    owner = access.own
    assert owner is not None
    members = [owner.new_member(f"{MARKER} fuzz {number}") for number in range(3)]
    groups = [owner.new_group(f"{MARKER} fuzz {number}", [members[0]["id"]]) for number in range(3)]
    switches = [
        owner.new_switch(member["id"], timestamp=f"2001-01-0{n}T00:00:00Z") for n, member in enumerate(members, 1)
    ]
    found = {"member": members, "group": groups, "switch": switches}
    return {kind: [str(each["id"]) for each in things] for kind, things in found.items()}


def _listed(access: Access, kind: str) -> list[str]:
    assert access.shown is not None
    answer = access.shown.get(f"/systems/{access.shown.id}/{kind}s")
    return [str(each["id"]) for each in answer.body][:20] if answer.status == 200 else []


def _tell(access: Access, run: Run, operations: Operations, folder: Path) -> None:
    counts: dict[str, int] = json.loads((folder / "counts").read_text(encoding="utf-8"))
    for label, number in counts.items():
        method, path, _ = label.split(" ")
        access.wire.sent[method] += number
        if name := operations.find(method, path):
            _result(run, name).cases[:] = [PASS]
    file = folder / "findings"
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
        _add(access, run, json.loads(line))


def _result(run: Run, operation: str) -> Result:
    return run.results.setdefault(_id(operation), Result(_id(operation), "must", _REQUIREMENT))


def _add(access: Access, run: Run, found: dict[str, Any]) -> None:
    """A kind of finding is told once for each operation."""
    result = _result(run, found["operation"])
    if found["title"] in (finding.expected for finding in result.findings):
        return
    masks = access.wire.masks
    exchange = Exchange(
        found["method"],
        masks(found["url"]),
        masks.each(found["headers"].items()),
        masks(found["body"]),
        found["status"],
        masks.each(found["answer_headers"].items()),
        masks(found["answer"]),
    )
    verdict = UNSUPPORTED if found["status"] == 501 else FAIL
    result.repeat = result.id
    result.add(verdict, Finding(verdict, "", masks(found["title"]), masks(found["message"]), exchange=exchange))


def every_id(operations: Operations) -> Iterator[str]:
    """The ids that findings can have."""
    return (_id(name) for name in operations.described)
