"""A process that has loaded the commands and forks for each that it is asked for, one JSON object a line."""

import json
import os
import sys
from typing import Any

from scripts import cli, client, demo, keeper, key, migrate, serve

LOADED = (cli, client, demo, keeper, key, migrate, serve)


def main() -> None:
    """Read requests until there are none; answer each with the command's exit code."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            become(json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def become(request: dict[str, Any]) -> None:
    """Be the command."""
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = ["pluralspec", *request["arguments"]]
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, path in enumerate(request["files"], start=1):
        os.dup2(os.open(path, os.O_CREAT | os.O_WRONLY), number)
    cli.main()


if __name__ == "__main__":
    main()
