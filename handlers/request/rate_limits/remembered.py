"""What has been worked out before, by what it was worked out from."""

from collections.abc import Callable, Hashable
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Remembered(dict[Key, Value]):
    """Works out `remembered[key]` when it is asked for first; forgets everything when there is too much of it.

    lru_cache also keeps the order of use, which costs more than the look-up: it writes to four entries each time.
    """

    def __init__(self, work_out: Callable[[Key], Value], most: int = 4096) -> None:
        super().__init__()
        self.work_out, self._most = work_out, most

    def __missing__(self, key: Key) -> Value:
        if len(self) >= self._most:
            self.clear()
        value = self[key] = self.work_out(key)
        return value
