"""What was made and changed, on disk before anything else happens: even a kill leaves a trail to clean up by."""

import fcntl
import json
import os
import re
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

from scripts.contract.errors import CannotRunError

Thing = tuple[str, str]
"""A kind and an id: `("member", "abcdef")`; for what was changed: `("guild", "4667…")`, `("system", "")`."""


def state_folder() -> Path:
    """Where journals are kept."""
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "pluralspec" / "contract"


class Journal:
    """Of one system on one server. The file is there as long as anything may be left to clean up."""

    def __init__(self, base_url: str, system: str) -> None:
        self.made: list[Thing] = []
        self.touched: set[Thing] = set()
        self.unanswered = 0
        self.before: dict[str, Any] = {}
        """The system as it was."""
        name = re.sub(r"[^A-Za-z0-9.]+", "-", f"{urlsplit(base_url).netloc.rpartition('@')[2]}-{system}")
        self.path = state_folder() / f"{name}.jsonl"
        self._file = self._opened()
        self._replay()

    def _opened(self) -> TextIO:
        """The file, which nobody else may work on now."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise CannotRunError(f"another run works on this system ({self.path} is locked)") from None
        return file

    def _replay(self) -> None:
        self._file.seek(0)
        for line in self._file:
            try:
                event = json.loads(line)
            except ValueError:
                continue  # the process died while writing it, and so before sending what it announces
            self._happen(event)

    def _happen(self, event: dict[str, Any]) -> None:
        match event:
            case {"before": before}:
                self.before = before
            case {"sending": _}:
                self.unanswered += 1
            case {"answered": _}:
                self.unanswered -= 1
            case {"made": [kind, identity]}:
                self.made.append((kind, identity))
            case {"gone": [kind, identity]} if (kind, identity) in self.made:
                self.made.remove((kind, identity))
            case {"touched": [kind, identity]}:
                self.touched.add((kind, identity))
            case {"restored": [kind, identity]}:
                self.touched.discard((kind, identity))

    def catch_up(self) -> None:
        """Read what another process has added."""
        self.made, self.touched, self.unanswered = [], set(), 0
        self._replay()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to clean up."""
        return not (self.made or self.touched or self.unanswered)

    def say(self, **event: Any) -> None:
        """Write an event down; it counts from then on."""
        self._file.write(json.dumps(event) + "\n")
        self._file.flush()
        self._happen(json.loads(json.dumps(event)))

    def forget_unanswered(self) -> None:
        """Whatever the lost answers were about has been looked for."""
        while self.unanswered > 0:
            self.say(answered="looked for")

    def close(self, *, clean: bool) -> None:
        """Let go of it; when all is as it was, there is nothing to keep."""
        if clean:
            self.path.unlink(missing_ok=True)
        self._file.close()
