"""API keys: what one opens that only identifies its system."""

from tests.support import shapes
from tests.support.check import check
from tests.support.client import Client
from tests.support.made import called

ME = "/systems/@me"


@check("keys/identify/me", should="The scope `identify` tells whose the key is, in the public view.")
def test_identify_opens_the_own_system_in_the_public_view(limited: Client, anonymous: Client) -> None:
    found = limited.get(ME).ok()
    assert found == anonymous.get(f"/systems/{found['id']}").ok()
    assert found["privacy"] is None


@check(
    "keys/scope/read",
    must="for requests authenticated with an API key that does not have permission to read private data",
)
def test_key_without_the_scope_sees_what_anybody_sees(owner: Client, limited: Client, anonymous: Client) -> None:
    owner.patch(ME, shapes.FULL_SYSTEM).ok()
    member = owner.new_member(**shapes.FULL_MEMBER)
    for path in (f"/systems/{owner.id}", f"/systems/{owner.id}/settings", f"/members/{member['id']}"):
        assert limited.get(path).ok() == anonymous.get(path).ok()
    for end in ("members", "groups", "fronters", "switches"):
        answer = limited.get(f"/systems/{owner.id}/{end}")
        assert answer.status == 403, answer.story


@check("keys/scope/write", should="A key writes nothing that its scopes do not cover: 403, or 401 as for nobody.")
def test_key_without_the_scope_does_not_write(owner: Client, limited: Client) -> None:
    member, before = owner.new_member(), owner.get(ME).ok()
    answers = [
        limited.patch(ME, {"name": "x"}),
        limited.post("/members", {"name": called("Impostor")}),
        limited.patch(f"/members/{member['id']}", {"color": "ff0000"}),
        limited.delete(f"/members/{member['id']}"),
    ]
    assert [answer.status for answer in answers if answer.status not in (401, 403)] == []
    assert owner.get(ME).ok() == before
    assert owner.get(f"/members/{member['id']}").ok() == member
