"""`pluralspec system` and `pluralspec account`: what the keeper of a server does by hand."""

from dataclasses import asdict
from typing import Any

import click

from models import keeper
from scripts.terminal import confirm, connect, database_option, json_option, properties, show, table, yes_option

system_argument = click.argument("system", metavar="SYSTEM")


class KeeperGroup(click.Group):
    """Commands that say in one line what cannot be done."""

    def invoke(self, ctx: click.Context) -> None:
        try:
            super().invoke(ctx)
        except keeper.KeeperError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=KeeperGroup)
def system() -> None:
    """Make, look at and end systems.

    SYSTEM is a system's short id, its UUID, or the id of a linked Discord account.

    \b
    pluralspec system create --name "Our system" --account 123456789012345678
    pluralspec system list
    pluralspec system token exampl
    """


@system.command()
@click.option("--name", help="At most 100 characters.")
@click.option("--account", "accounts", multiple=True, metavar="ID", help="A Discord account to link; may be repeated.")
@database_option
@json_option
def create(name: str | None, accounts: tuple[str, ...], as_json: bool) -> None:
    """Make a system, and print its token: this once, since it is not kept."""
    connect(make=True)
    made = keeper.create_system(name, accounts)
    value = asdict(made) | {"name": name, "accounts": list(accounts)}
    show(value, properties(_lines(value)), as_json=as_json)


@system.command("list")
@database_option
@json_option
def list_(as_json: bool) -> None:
    """All systems, oldest first."""
    connect()
    systems = keeper.list_systems()
    rows = [(item["id"], item["name"] or "", item["created"][:10], item["uuid"]) for item in systems]
    text = table(("id", "name", "created", "uuid"), rows) if rows else "There are no systems yet."
    show(systems, text, as_json=as_json)


@system.command("show")
@system_argument
@database_option
@json_option
def show_(system: str, as_json: bool) -> None:
    """What there is in one system, and what it hides."""
    connect()
    value = keeper.show_system(system)
    show(value, properties(_lines(value)), as_json=as_json)


@system.command()
@system_argument
@yes_option
@database_option
@json_option
def delete(system: str, yes: bool, as_json: bool) -> None:
    """Delete a system and everything in it."""
    connect()
    found = keeper.show_system(system)
    holds = ", ".join(f"{found[key]} {key}" for key in ("members", "groups", "switches"))
    confirm(f"Delete system {_called(found)} with {holds}? There is no way back.", yes=yes)
    deleted = keeper.delete_system(found["uuid"])
    show({"deleted": deleted}, f"Deleted system {_called(deleted)}.", as_json=as_json)


@system.command()
@system_argument
@yes_option
@database_option
@json_option
def token(system: str, yes: bool, as_json: bool) -> None:
    """Make a new token for a system, and print it: this once. The old one ends."""
    connect()
    found = keeper.show_system(system)
    confirm(f"Make a new token for system {_called(found)}? The present one stops working at once.", yes=yes)
    value = {key: found[key] for key in ("id", "uuid")} | {"token": keeper.new_token(found["uuid"])}
    show(value, properties(_lines(value)), as_json=as_json)


@click.group(cls=KeeperGroup)
def account() -> None:
    """Say which Discord accounts belong to which system.

    \b
    pluralspec account link exampl 123456789012345678
    """


account_argument = click.argument("account", metavar="ACCOUNT")


@account.command()
@system_argument
@account_argument
@database_option
@json_option
def link(system: str, account: str, as_json: bool) -> None:
    """Link ACCOUNT to SYSTEM."""
    connect()
    keeper.link_account(system, account)
    _show_accounts(system, f"Linked account {account}.", as_json=as_json)


@account.command()
@system_argument
@account_argument
@database_option
@json_option
def unlink(system: str, account: str, as_json: bool) -> None:
    """Undo `link`."""
    connect()
    uuid = keeper.show_system(system)["uuid"]
    keeper.unlink_account(uuid, account)
    _show_accounts(uuid, f"Unlinked account {account}.", as_json=as_json)


def _show_accounts(system: str, done: str, *, as_json: bool) -> None:
    found = keeper.show_system(system)
    accounts = ", ".join(found["accounts"]) or "none"
    value = {key: found[key] for key in ("id", "uuid", "accounts")}
    show(value, f"{done} Accounts of system {_called(found)}: {accounts}.", as_json=as_json)


def _called(system: dict[str, Any]) -> str:
    return f"{system['id']} ({system['name']})" if system["name"] else str(system["id"])


def _lines(value: dict[str, Any]) -> list[tuple[str, object]]:
    """The pairs to print: lists in one line, what is empty as a dash, a privacy object as the keys that are private."""
    return [(name, _text(item)) for name, item in value.items()]


def _text(item: object) -> object:
    if isinstance(item, dict):
        hidden = [key.removesuffix("_privacy") for key, value in item.items() if value == "private"]
        return f"hides {', '.join(hidden)}" if hidden else "all public"
    if isinstance(item, list):
        return ", ".join(item) or "-"
    return "-" if item is None else item
