"""Credentials: what they open, and what is none."""

import base64

import pytest

from tests.support.check import check
from tests.support.client import Client
from tests.support.home import PUBLIC_READS
from tests.support.made import called
from tests.support.problems import UNAUTHORIZED

NO_CREDENTIALS = {
    "a token of nobody": base64.b64encode(b"x" * 48).decode(),
    "nonsense": "nonsense",
    "Bearer alone": "Bearer",
    "a key in form": "Bearer pkapi:e30=:AAAA",
    "a password": "Basic dXNlcjpwYXNz",
    "very long": "A" * 6400,
}
SYSTEM_READS = [call.template for call in PUBLIC_READS if call.template.startswith("/systems/{system}")]


@check("tokens/garbage/anonymous", should="Bad credentials make a request anonymous: what is public answers as ever.")
@pytest.mark.parametrize("authorization", NO_CREDENTIALS.values(), ids=NO_CREDENTIALS)
def test_bad_credentials_see_the_public_view(public: Client, authorization: str) -> None:
    found = public.identified(authorization).get(f"/systems/{public.id}").ok()
    assert found == public.get(f"/systems/{public.id}").ok()
    assert found["privacy"] is None


@check("tokens/garbage/401", should="Where an owner is needed, bad credentials are 401.")
@pytest.mark.parametrize("authorization", NO_CREDENTIALS.values(), ids=NO_CREDENTIALS)
def test_bad_credentials_are_401_for_me(anonymous: Client, authorization: str) -> None:
    anonymous.identified(authorization).get("/systems/@me").fails(UNAUTHORIZED)


@check("tokens/garbage/write", should="Bad credentials do not write: 401.")
def test_bad_credentials_can_not_write(owner: Client) -> None:
    before = owner.get("/systems/@me").ok()
    for authorization in NO_CREDENTIALS.values():
        impostor = owner.identified(authorization)
        impostor.patch(f"/systems/{owner.id}", {"name": "x"}).fails(UNAUTHORIZED)
    impostor.post("/members", {"name": called("Impostor")}).fails(UNAUTHORIZED)
    assert owner.get("/systems/@me").ok() == before


@check("tokens/bearer", should="A system's token is sent as it is; with `Bearer` before it, it is no credential.")
def test_token_behind_bearer_is_none(owner: Client) -> None:
    owner.identified(f"Bearer {owner.token}").get("/systems/@me").fails(UNAUTHORIZED)


@check(
    "tokens/none/public-reads",
    must="For entire endpoints which show private data (e.g. member/group lists), a 403 Forbidden response",
)
def test_public_reads_need_no_credentials(public: Client) -> None:
    answer = public.get(f"/systems/{public.id}")
    assert answer.ok()["privacy"] is None
    for end in ("settings", "members", "groups", "switches", "fronters"):
        answer = public.get(f"/systems/{public.id}/{end}")
        assert answer.status in (200, 204, 403), answer.story


@check("tokens/none/me", should="`@me` without credentials is 401, on every endpoint.")
def test_me_without_credentials_is_401(anonymous: Client) -> None:
    for template in SYSTEM_READS:
        path = template.format(system="@me", switch="b6cb3e17-52d6-4f0a-8a4b-2f9b3a5f3d11")
        anonymous.get(path).fails(UNAUTHORIZED)


@check("tokens/not-in-answers", should="No answer repeats the token.")
def test_token_is_in_no_answer(reader: Client) -> None:
    for template in SYSTEM_READS:
        answer = reader.get(template.format(system="@me", switch="b6cb3e17-52d6-4f0a-8a4b-2f9b3a5f3d11"))
        assert str(reader.token).encode() not in answer.raw
        assert str(reader.token) not in str(answer.headers)
