"""What a Containerfile makes, made in a plain folder: for where there is no engine to build it."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.server import ROOT


class Image:
    """Does the steps of a Containerfile below `folder`, where this Python stands for that of the base image."""

    def __init__(self, containerfile: Path, folder: Path) -> None:
        self.folder = folder
        self._steps = [
            line.split(maxsplit=1) for line in containerfile.read_text().splitlines() if line and line[0] != "#"
        ]
        self._places = [words for step, words in self._steps if step in ("WORKDIR", "VOLUME")]
        self._at = folder
        self.environment: dict[str, str] = {}
        self.command: list[str] = []
        self.base = self.user = ""
        self.volume = folder

    def build(self) -> None:
        """Do all of it; a step that is not known here is an error."""
        for step, words in self._steps:
            getattr(self, f"_{step.lower()}")(words)

    def _inside(self, text: str) -> str:
        """The same with the folders that the file names below ours."""
        return re.sub(rf"(?<![^\s=])({'|'.join(self._places)})\b", rf"{self.folder}\1", text)

    def _from(self, words: str) -> None:
        self.base = words
        programs = self.folder / "python"
        subprocess.run([sys.executable, "-m", "venv", programs], check=True)
        self.environment["PATH"] = f"{programs / 'bin'}:{os.environ['PATH']}"

    def _workdir(self, words: str) -> None:
        self._at = Path(self._inside(words))
        self._at.mkdir(parents=True)

    def _copy(self, words: str) -> None:
        *sources, target = words.split()
        for source in sources:
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, self._at / target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, self._at / target)

    def _run(self, words: str) -> None:
        environment = os.environ | self.environment
        subprocess.run(["sh", "-ec", self._inside(words)], cwd=self._at, env=environment, check=True)

    def _env(self, words: str) -> None:
        self.environment |= dict(pair.split("=", 1) for pair in shlex.split(self._inside(words)))

    def _volume(self, words: str) -> None:
        self.volume = Path(self._inside(words))

    def _expose(self, words: str) -> None:
        """Nothing: that is for people."""

    def _user(self, words: str) -> None:
        self.user = words

    def _cmd(self, words: str) -> None:
        self.command = [word.strip('" ') for word in words.strip("[]").split(",")]
