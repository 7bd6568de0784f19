"""What it takes to build a client and to run a session with it, language by language."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts import client_generators as generators


@dataclass(frozen=True)
class Toolchain:
    """How to get from a package to the command that runs a session."""

    probe: tuple[str, ...]
    """A command that succeeds where all is there that is needed."""
    session: str
    """The name of the file that a session stands in."""
    local: str
    """What the language calls the address of one's own server."""
    prepare: Callable[[Path, Path], None]
    """Takes the package and an empty folder for the session; builds the package."""
    compile: Callable[[Path, Path], Sequence[str]]
    """Checks the session in the folder as strictly as the language can; the command that runs it there."""

    def require(self) -> None:
        """Skip what cannot be tried here; where changes are decided on, nothing may be missing."""
        try:
            subprocess.run(self.probe, capture_output=True, check=True, timeout=60)
        except (OSError, subprocess.CalledProcessError):
            reason = f"`{' '.join(self.probe)}` fails: ./scripts/test --all installs what is missing on Debian, as root"
            (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


def run(command: Sequence[str], folder: Path, **variables: str) -> str:
    """Run a tool; whatever it says counts when it fails."""
    environment = {**os.environ, "NO_PROXY": "127.0.0.1", **variables}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


def _prepare_typescript(package: Path, folder: Path) -> None:
    (package / "node_modules").symlink_to(_from_npm() / "node_modules")
    run([*generators.npm(), "run", "build", "--silent"], package, PATH=generators.with_node())
    (folder / "node_modules").mkdir()
    (folder / "node_modules" / "pluralspec-client").symlink_to(package)
    (folder / "package.json").write_text('{"type": "module"}')


def _compile_typescript(package: Path, folder: Path) -> Sequence[str]:
    strict = ["--strict", "--noUncheckedIndexedAccess", "--target", "ES2022", "--module", "NodeNext"]
    run(
        [str(_from_npm() / "node_modules" / ".bin" / "tsc"), *strict, "session.ts"], folder, PATH=generators.with_node()
    )
    return ["env", f"PATH={generators.with_node()}", "node", "session.js"]


def _from_npm() -> Path:
    return generators.from_npm(generators.CLIENTS / "typescript" / "generator")


def _prepare_python(package: Path, folder: Path) -> None:
    run([sys.executable, "-m", "mypy", "src"], package)


def _compile_python(package: Path, folder: Path) -> Sequence[str]:
    path = {"MYPYPATH": str(package / "src")}
    run([sys.executable, "-m", "mypy", "--strict", "--follow-imports", "silent", "session.py"], folder, **path)
    return ["env", f"PYTHONPATH={package / 'src'}", sys.executable, "-W", "error", "session.py"]


def _prepare_go(package: Path, folder: Path) -> None:
    assert run(["gofmt", "-l", "."], package) == ""
    run(["go", "vet", "."], package)
    module = (
        f"module session\ngo 1.19\nrequire example.org/pluralspec v0.0.0\nreplace example.org/pluralspec => {package}\n"
    )
    (folder / "go.mod").write_text(module)


def _compile_go(package: Path, folder: Path) -> Sequence[str]:
    run(["go", "vet", "session.go"], folder)
    run(["go", "build", "-o", "session", "session.go"], folder)
    return ["./session"]


def _prepare_php(package: Path, folder: Path) -> None:
    for path in (package / "src").rglob("*.php"):
        run(["php", "-l", str(path)], folder)
    (folder / "vendor").mkdir()
    (folder / "vendor" / "autoload.php").write_text(AUTOLOAD.replace("PACKAGE", str(package)))


def _compile_php(package: Path, folder: Path) -> Sequence[str]:
    run(["php", "-l", "session.php"], folder)
    return ["php", "session.php"]


def _prepare_ruby(package: Path, folder: Path) -> None:
    for path in (package / "lib").rglob("*.rb"):
        run(["ruby", "-c", str(path)], folder)
    run(["gem", "build", "--silent", "pluralspec.gemspec"], package)


def _compile_ruby(package: Path, folder: Path) -> Sequence[str]:
    assert run(["ruby", "-wc", "session.rb"], folder) == "Syntax OK\n"
    return ["ruby", "-I", str(package / "lib"), "session.rb"]


def _prepare_java(package: Path, folder: Path) -> None:
    sources = [str(path) for path in (package / "src").rglob("*.java")]
    # What the generator takes from Jackson is old, but there; apart from that, nothing is to be warned of.
    lint = ["-Xlint:all,-deprecation", "-proc:none", "-Werror", "--release", "17", "-encoding", "UTF-8"]
    run(["javac", *lint, "-cp", str(generators.jar()), "-d", "classes", *sources], package)


def _compile_java(package: Path, folder: Path) -> Sequence[str]:
    path = os.pathsep.join([str(package / "classes"), str(generators.jar()), "."])
    run(["javac", "-Xlint:all", "-proc:none", "-Werror", "-encoding", "UTF-8", "-cp", path, "Session.java"], folder)
    return ["java", "-cp", path, "Session"]


# What Composer would write; Guzzle is Debian's.
AUTOLOAD = """<?php
require 'GuzzleHttp/autoload.php';
spl_autoload_register(function ($class) {
    require 'PACKAGE/src/' . str_replace(['Pluralspec\\\\', '\\\\'], ['', '/'], $class) . '.php';
});
"""

TOOLCHAINS = {
    "typescript": Toolchain(("true",), "session.ts", "LOCAL", _prepare_typescript, _compile_typescript),
    "python": Toolchain(("true",), "session.py", "LOCAL", _prepare_python, _compile_python),
    "go": Toolchain(("go", "version"), "session.go", "pluralspec.Local", _prepare_go, _compile_go),
    "php": Toolchain(
        ("php", "-r", "require 'GuzzleHttp/autoload.php'; curl_version(); mb_strlen('');"),
        "session.php",
        "PluralKit::LOCAL",
        _prepare_php,
        _compile_php,
    ),
    "ruby": Toolchain(
        ("ruby", "-e", "require 'typhoeus'"), "session.rb", "Pluralspec::LOCAL", _prepare_ruby, _compile_ruby
    ),
    "java": Toolchain(("javac", "-version"), "Session.java", "PluralKit.LOCAL", _prepare_java, _compile_java),
}
