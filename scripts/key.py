"""`pluralspec key`: API keys, each with scopes of its own."""

import click

from models import keys
from models.settings import Settings
from models.signing import SigningKey, SigningKeyUnusable
from scripts.keeper import KeeperGroup, system_argument
from scripts.terminal import confirm, connect, database_option, json_option, properties, show, table, yes_option

key_argument = click.argument("key", metavar="KEY")


class KeyGroup(KeeperGroup):
    """Commands that also say in one line what is wrong with the signing key."""

    def invoke(self, ctx: click.Context) -> None:
        try:
            super().invoke(ctx)
        except SigningKeyUnusable as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=KeyGroup)
def key() -> None:
    """Make, look at and end API keys.

    KEY is a key's id, as `key list` shows it. A scope is a preset (full,
    read-private, read-public, identify) or a level and a topic: read:members.

    \b
    pluralspec key create exampl --name "My bot" --scope read-private
    pluralspec key create exampl --name Switcher --scope write:switches
    pluralspec key list exampl
    """


@key.command()
@system_argument
@click.option("--name", required=True, help="What it is for; at most 100 characters.")
@click.option("--scope", "scopes", multiple=True, required=True, metavar="SCOPE", help="May be repeated.")
@database_option
@json_option
def create(system: str, name: str, scopes: tuple[str, ...], as_json: bool) -> None:
    """Make a key for a system, and print it: this once."""
    connect()
    made = keys.create(system, name, scopes, _signing_key())._asdict()
    show(made, properties([(name, _text(value)) for name, value in made.items()]), as_json=as_json)


@key.command("list")
@system_argument
@database_option
@json_option
def list_(system: str, as_json: bool) -> None:
    """The keys of a system, oldest first."""
    connect()
    found = keys.list_keys(system)
    rows = [(item["id"], item["name"], item["created"][:10], _text(item["scopes"])) for item in found]
    text = table(("id", "name", "created", "scopes"), rows) if rows else "This system has no keys."
    show(found, text, as_json=as_json)


@key.command()
@key_argument
@click.argument("name")
@database_option
@json_option
def rename(key: str, name: str, as_json: bool) -> None:
    """Give KEY another NAME."""
    connect()
    renamed = keys.rename(key, name)
    show(renamed, f"Renamed key {renamed['id']} to {renamed['name']}.", as_json=as_json)


@key.command()
@key_argument
@yes_option
@database_option
@json_option
def delete(key: str, yes: bool, as_json: bool) -> None:
    """End KEY; it stops working at once."""
    connect()
    found = keys.show(key)
    confirm(f"Delete the key {found['name']!r} of system {found['system']}? There is no way back.", yes=yes)
    show({"deleted": keys.delete(found["id"])}, f"Deleted the key {found['name']!r}.", as_json=as_json)


@key.command("rotate-signing-key")
@yes_option
@database_option
@json_option
def rotate_signing_key(yes: bool, as_json: bool) -> None:
    """End all keys of all systems.

    Later keys are signed with a new signing key, so that nothing signed before can come back.
    """
    connect()
    confirm(f"End all {keys.count()} API keys of all systems? There is no way back.", yes=yes)
    ended = keys.rotate(_signing_key())
    show({"ended": ended}, f"Ended {ended} keys; later ones are signed with a new key.", as_json=as_json)


def _signing_key() -> SigningKey:
    settings = Settings.from_env()
    return SigningKey(settings.signing_key or settings.beside_data("signing-key"))


def _text(value: object) -> object:
    return " ".join(value) if isinstance(value, list) else value
