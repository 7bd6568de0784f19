"""What the figures were measured on."""

import os
import platform
import sqlite3
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

_PACKAGES = (
    *("connexion", "uvicorn", "uvloop", "httptools", "gunicorn", "orjson", "jsonschema-rs", "peewee", "psycopg"),
    *("fastapi", "pydantic", "sqlalchemy", "aiosqlite", "asyncpg"),
)


def description() -> dict[str, Any]:
    """The machine, what else it was doing, and the releases of what was compared."""
    return {
        "processor": _processor(),
        "processors": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load_average": round(os.getloadavg()[0], 2),
        "sync_ms": round(_sync() * 1000, 3),
        "packages": {name: version(name) for name in _PACKAGES},
    }


def in_a_line(machine: dict[str, Any]) -> str:
    """The same for people."""
    return (
        f"{machine['processor']}, {machine['processors']} processors, {machine['memory_gib']} GiB, "
        f"Python {machine['python']}, SQLite {machine['sqlite']}; "
        f"writing to the disk takes {machine['sync_ms']:.2g} ms; load average at the start {machine['load_average']}"
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _sync() -> float:
    """Seconds until a few bytes are on the disk where the databases are; each write of a client waits for that."""
    times = 50
    with tempfile.TemporaryFile() as file:
        begun = time.perf_counter()
        for _ in range(times):
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
        return (time.perf_counter() - begun) / times
