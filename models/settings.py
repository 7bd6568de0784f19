"""Every setting of the server, read from the environment once."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class SettingError(ValueError):
    """A setting that cannot be used; the text is one line that names it and says what is accepted."""


def _database_url(text: str) -> str:
    scheme = text.split("://")[0]
    if scheme not in ("sqlite", "postgresql", "postgres") or "://" not in text:
        raise ValueError("sqlite:///PATH or postgresql://USER@HOST/NAME")
    return text


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("an http or https address such as https://pk.example.org")
    return text.rstrip("/")


def setting(variable: str, parse: Callable[[str], Any], default: Any, about: str) -> Any:
    """A field of Settings that is read from `variable`; `parse` raises ValueError(what is accepted)."""
    return field(default=default, metadata={"variable": variable, "parse": parse, "about": about})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the environment says, checked; the README lists every one of these."""

    data_dir: Path = setting("PLURALSPEC_DATA", Path, Path("data"), "folder of the SQLite file, made on first start")
    database_url: str = setting("DATABASE_URL", _database_url, "", "sqlite:///PATH or postgresql://USER@HOST/NAME")
    provider_url: str = setting(
        "PLURALSPEC_PROVIDER_URL", _web_address, "", "address named in oEmbed answers; default: the server's own"
    )

    @classmethod
    def from_env(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """The settings in `environment`; a variable that is unset or empty has its default.

        Raises SettingError: one line that names the variable and says what is accepted.
        """
        return cls(**{f.name: _read(f.metadata, environment) for f in fields(cls) if environment.get(f.metadata["variable"])})

    @property
    def database(self) -> str:
        """Where the data is: DATABASE_URL, or else the SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'pluralspec.db'}"


def _read(metadata: Mapping[str, Any], environment: Mapping[str, str]) -> Any:
    variable = metadata["variable"]
    try:
        return metadata["parse"](environment[variable])
    except ValueError as error:
        raise SettingError(f"{variable} is not usable: expected {error}") from None
