"""Fronters of systems that have never switched."""

from tests.support.client import Client
from tests.support.problems import FRONTERS_PRIVATE


def test_no_switch_at_all_is_204(owner: Client, stranger: Client, anonymous: Client) -> None:
    owner.get("/systems/@me/fronters").done()
    stranger.get(f"/systems/{owner.id}/fronters").done()
    anonymous.get(f"/systems/{owner.id}/fronters").done()


def test_private_fronters_without_any_switch_are_403(owner: Client, stranger: Client, anonymous: Client) -> None:
    owner.patch("/systems/@me", {"privacy": {"front_privacy": "private"}}).ok()
    stranger.get(f"/systems/{owner.id}/fronters").fails(FRONTERS_PRIVATE)
    anonymous.get(f"/systems/{owner.id}/fronters").fails(FRONTERS_PRIVATE)
    owner.get("/systems/@me/fronters").done()


def test_fronters_are_of_the_one_system_only(owner: Client, stranger: Client) -> None:
    stranger.new_switch()
    owner.get("/systems/@me/fronters").done()
