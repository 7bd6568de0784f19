"""`pluralspec migrate`."""

import click

from scripts.terminal import connect, database_option, json_option, show


@click.command()
@database_option
@json_option
def migrate(as_json: bool) -> None:
    """Bring the database up to date, or make it; `serve` does so too."""
    done = connect(make=True)
    text = f"Brought the database up to date ({len(done)} steps)." if done else "The database is up to date."
    show({"done": done}, text, as_json=as_json)
