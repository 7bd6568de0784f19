"""`pluralspec client`: a package for other languages, made from the contract and a few hand-written files."""

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from generated.contract import VERSION
from scripts import client_generators as generators
from scripts.client_contract import for_clients
from scripts.terminal import json_option, show, table

ROOT = Path(__file__).parents[1]
PLACEHOLDER = "0.0.0"
"""Stands for the version in the hand-written files."""


@dataclass(frozen=True)
class Language:
    """A language that clients can be made for; what is by hand is in scripts/clients/<name>."""

    name: str
    generator: str
    generate: Callable[[Path, Path, Path], None]
    """Takes the contract, the folder of the language, and the folder of the new package."""
    check: str
    """What checks or compiles the package in the tests."""
    proved: bool = True
    """Whether the tests also have a session with it."""


LANGUAGES = {
    language.name: language
    for language in (
        Language("typescript", "@hey-api/openapi-ts", generators.hey_api, "tsc --strict"),
        Language("python", "openapi-python-client", generators.python_client, "mypy --strict"),
        Language("go", "OpenAPI Generator", generators.go, "go vet"),
        Language("php", "OpenAPI Generator", generators.php, "php -l"),
        Language("ruby", "OpenAPI Generator", generators.ruby, "ruby -c"),
        Language("java", "OpenAPI Generator", generators.java, "javac -Xlint"),
        Language("rust", "OpenAPI Generator", generators.rust, "rustfmt, not compiled", proved=False),
        Language("kotlin", "OpenAPI Generator", generators.kotlin, "nothing; cannot send null", proved=False),
        Language("csharp", "OpenAPI Generator", generators.csharp, "nothing", proved=False),
        Language("swift", "OpenAPI Generator", generators.swift, "nothing; cannot send null", proved=False),
        Language("dart", "OpenAPI Generator", generators.dart, "nothing; cannot send null", proved=False),
    )
}


def _choices(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and value not in LANGUAGES:
        raise click.BadParameter(f"there is no generator for {value!r}; there is {', '.join(LANGUAGES)}")
    return value


@click.command()
@click.argument("language", required=False, callback=_choices)
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), help="Folder of the package to make.")
@click.option("--list", "as_list", is_flag=True, help="Say for each language what is proved and what is not.")
@json_option
def client(language: str | None, output: Path | None, as_list: bool, as_json: bool) -> None:
    """Make a client package for LANGUAGE, ready to publish.

    Its README has a first session. The generators are fetched once and kept
    in ~/.cache/pluralspec.
    """
    if as_list:
        _show_languages(as_json=as_json)
        return
    if language is None:
        raise click.UsageError("which language? `pluralspec client --list` names them", click.get_current_context())
    folder = output or Path(f"pluralspec-client-{language}")
    make(LANGUAGES[language], folder)
    show(
        {"language": language, "folder": str(folder)}, f"{folder} is ready; begin with its README.md.", as_json=as_json
    )


def _show_languages(*, as_json: bool) -> None:
    headings = ("language", "generator", "checked with", "session")
    rows = [(each.name, each.generator, each.check, "passes" if each.proved else "-") for each in LANGUAGES.values()]
    values = [dict(zip(headings, row, strict=True)) for row in rows]
    show(values, table(headings, rows), as_json=as_json)


def make(language: Language, folder: Path) -> None:
    """Write the package; the folder must be new or empty."""
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder} is not empty: remove it, or name another folder with --output")
    by_hand = ROOT / "scripts" / "clients" / language.name
    with tempfile.TemporaryDirectory() as scratch:
        contract, package = Path(scratch, "openapi.json"), Path(scratch, "package")
        package.mkdir()
        given = json.loads((ROOT / "generated" / "openapi.json").read_text())
        contract.write_text(json.dumps(for_clients(given), indent=1))
        language.generate(contract, by_hand, package)
        # What is by hand comes last: where a generator has made a file of the same name, ours counts.
        _copy_by_hand(by_hand / "package" if language.proved else by_hand.parent / "unproved", package)
        shutil.copyfile(by_hand.parent / "LICENSE", package / "LICENSE")
        shutil.copytree(package, folder, dirs_exist_ok=True)


def _copy_by_hand(source: Path, package: Path) -> None:
    for path in sorted(source.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            target = package / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(path.read_text().replace(PLACEHOLDER, VERSION))
