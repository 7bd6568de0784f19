"""Settings that cannot be used stop the start, with one line that names the setting and says what is accepted."""

from pathlib import Path

import pytest

from tests.support.commands import Commands

FILE = "sqlite:///FILE or postgresql://USER@HOST/NAME"
PORT = "a port from 1 to 65535, or 0"
ADDRESS = "such as 203.0.113.0/24"
LIMITS = "off, a number from 1 to 4096 for all, or message:10,generic_get:10,generic_update:3"
WEB = "an http or https address"
REDIS = "redis://HOST:PORT/NUMBER"
UNUSABLE = [
    ("DATABASE_URL", FILE, ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite://a.db", "a.db", "mysql://h/n"]),
    ("PLURALSPEC_POOL", "a number from 1 to 100", ["0", "101", "x", "1e1"]),
    ("PLURALSPEC_STATEMENT_TIMEOUT", "seconds, from 0.1 to 600", ["0", "601", "nan", "inf", "-1", "1s"]),
    (
        "PLURALSPEC_PROVIDER_URL",
        WEB,
        ["x", "ftp://x", "http://", "https://[", "https://a b", 'https://x"', "https://x?"],
    ),
    ("RATE_LIMITS", LIMITS, ["x", "0", "4097", "off:3", "generic_get", "generic_get:x", "other:4"]),
    ("RATE_LIMIT_URL", REDIS, ["x", "http://x", "redis://", "redis://h:x/0", "redis://["]),
    ("RATE_LIMIT_FAILURE", "open", ["x", "OPEN"]),
    ("RATE_LIMIT_EXCEPTIONS", LIMITS, ["exampl", "exampl=", "exampl=x"]),
    ("RATE_LIMIT_EXCEPTIONS", ADDRESS, ["x", "300.1.1.1=5", "203.0.113.0/99=4"]),
    ("TRUSTED_PROXIES", ADDRESS, ["x", "300.1.1.1", "localhost"]),
    ("TRUSTED_PROXIES", "the proxies' own networks", ["0.0.0.0/0", "::/0"]),
    ("PLURALSPEC_LOG_LEVEL", "debug, info, warning, error", ["x", "WARNING", "10"]),
    ("PLURALSPEC_ACCESS_LOG", "on or off", ["x", "1", "ON"]),
    ("PLURALSPEC_METRICS_PORT", PORT, ["x", "-1", "65536", "8 0"]),
]
OPTIONS = [
    ("PLURALSPEC_PORT", "0 to 65535", ["x", "-1", "65536", "1.5"]),
    ("PLURALSPEC_WORKERS", "1 to 64", ["x", "0", "65"]),
]


def _cases(table: list[tuple[str, str, list[str]]]) -> list[tuple[str, str, str]]:
    return [(variable, accepted, value) for variable, accepted, values in table for value in values]


@pytest.fixture
def run(tmp_path: Path) -> Commands:
    return Commands(tmp_path / "data")


@pytest.mark.parametrize(("variable", "accepted", "value"), _cases(UNUSABLE))
def test_unusable_setting_is_refused(run: Commands, variable: str, accepted: str, value: str) -> None:
    run("migrate", **{variable: value}).refuses(variable, "expected", accepted)


@pytest.mark.parametrize(("variable", "accepted", "value"), _cases(OPTIONS))
def test_unusable_setting_with_an_option_is_refused(run: Commands, variable: str, accepted: str, value: str) -> None:
    # Should it start nevertheless, it ends at an address that no machine has.
    run("serve", "--host", "192.0.2.1", **{variable: value}).refuses(variable, accepted, code=2)


@pytest.mark.parametrize("variable", ["PLURALSPEC_HOST", "PLURALSPEC_METRICS_HOST"])
def test_address_of_another_machine_is_refused(run: Commands, variable: str) -> None:
    option = variable.removeprefix("PLURALSPEC_").lower().replace("_", "-")
    changes = {"PLURALSPEC_METRICS_PORT": "0", variable: "192.0.2.1"}
    run("serve", "--port", "0", **changes).refuses("192.0.2.1", f"--{option} takes one, such as 127.0.0.1")


def test_places_that_cannot_be_used_are_refused_by_the_settings_that_name_them(run: Commands, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("These are notes.\n")
    for changes in ({"PLURALSPEC_DATA": "file"}, {"PLURALSPEC_DATA": "file/data"}):
        absolute = {name: str(tmp_path / value) for name, value in changes.items()}
        run("serve", "--port", "0", **absolute).refuses("DATABASE_URL or PLURALSPEC_DATA", str(tmp_path / "file"))
    for place in (tmp_path, tmp_path / "file"):
        run("serve", "--port", "0", PLURALSPEC_SIGNING_KEY=str(place)).refuses("PLURALSPEC_SIGNING_KEY", str(place))


@pytest.mark.parametrize("address", ["https://pk.example.org", "http://[::1]:8000/pk/", "https://h:1/a/b%20c"])
def test_usable_addresses_are_taken(run: Commands, address: str) -> None:
    run("migrate", PLURALSPEC_PROVIDER_URL=address).ok()


@pytest.mark.parametrize(
    "address", ["redis://h", "rediss://u:p%40w@h:1/2?timeout=3", "redis://[::1]:6379/0", "unix:///a"]
)
def test_usable_stores_are_taken(run: Commands, address: str) -> None:
    run("migrate", RATE_LIMIT_URL=address).ok()
