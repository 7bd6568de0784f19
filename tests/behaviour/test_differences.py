"""Where the public documentation and the reference service differ, or the former is silent and the latter odd.

Either side passes; which one the server takes is for the report. `documentation` stands for what the contract says.
"""

import time
from collections.abc import Callable

import pytest

from tests.support.check import Side, check
from tests.support.client import Answer, Client
from tests.support.made import called
from tests.support.problems import (
    BAD_REQUEST,
    FORBIDDEN,
    MEMBER_REF_NOT_FOUND,
    MESSAGE_NOT_FOUND,
    UNAUTHORIZED,
    FieldErrors,
    invalid,
)

ME = "/systems/@me"
Takes = Callable[[Side], None]


def is_rejected(answer: Answer, errors: FieldErrors, side: Takes) -> bool:
    """Whether a mistake is an error of its key, which is the documentation's side; if not, it must be let through."""
    side("documentation" if answer.status == 400 else "reference")
    if answer.status != 400:
        answer.ok()
        return False
    answer.rejects(errors)
    return True


@check(
    "differences/rate-limit-reset", may="`X-RateLimit-Reset` is in milliseconds; the reference service sends seconds."
)
def test_reset_is_in_milliseconds_or_seconds(public: Client, side: Takes) -> None:
    reset = int(public.get(f"/systems/{public.id}").headers["X-RateLimit-Reset"])
    side("documentation" if reset > 10**11 else "reference")
    hour, now = 3600, time.time()
    assert abs((reset / 1000 if reset > 10**11 else reset) - now) < hour, f"{reset} is not near now, {now:.0f}"


@check(
    "differences/missing-user-agent",
    may="An empty `User-Agent` is 400 with an error as JSON; the reference service sends no body with it.",
)
def test_empty_user_agent_is_400_with_or_without_a_body(public: Client, side: Takes) -> None:
    answer = public.send("GET", f"/systems/{public.id}", headers={"User-Agent": ""})
    assert answer.status == 400, answer.story
    side("documentation" if answer.raw else "reference")
    if answer.raw:
        answer.fails(BAD_REQUEST)


@check(
    "differences/wrong-json-type",
    may="A value of the wrong JSON type is an error of its key; the reference service turns numbers into text.",
)
def test_number_for_a_text_is_rejected_or_turned_into_text(owner: Client, side: Takes) -> None:
    answer = owner.patch(ME, {"tag": 5})
    assert is_rejected(answer, invalid("tag"), side) or answer.body["tag"] == "5"


@check(
    "differences/short-ids-in-bodies",
    may="Short ids in bodies may have any case, dashes and spaces; the reference service takes exact lower case only.",
)
def test_short_ids_in_bodies_have_every_display_form_or_one(owner: Client, side: Takes) -> None:
    member, group = owner.new_member(), owner.new_group()
    short_id, path = member["id"], f"/groups/{group['id']}/members"
    answers = {
        form: owner.post(f"{path}/overwrite", [form])
        for form in (short_id.upper(), f"{short_id[:3]}-{short_id[3:]}", f" {short_id} ")
    }
    taken = [form for form, answer in answers.items() if answer.status == 204]
    side("documentation" if len(taken) == len(answers) else "reference")
    for form in answers.keys() - taken:
        answers[form].fails(MEMBER_REF_NOT_FOUND.naming(form))
    assert owner.get(path).ok() == ([member] if taken else [])


@check(
    "differences/proxy-tags-total",
    may="Prefix, `text` and suffix are at most 100 characters together; the documentation says shorter than 100.",
)
def test_proxy_tag_of_100_characters_is_taken_or_not(owner: Client, side: Takes) -> None:
    tag = {"prefix": "p" * 50, "suffix": "s" * 46}
    answer = owner.post("/members", {"name": called("Ayo"), "proxy_tags": [tag]})
    side("reference" if answer.status == 200 else "documentation")
    if answer.status == 200:
        assert answer.body["proxy_tags"] == [tag]
    else:
        assert answer.status == 400, answer.story


@check(
    "differences/hid-list-padding",
    may="`hid_list_padding` can be changed; the reference service ignores it in a PATCH.",
)
def test_padding_can_be_changed_or_not(owner: Client, side: Takes) -> None:
    before = owner.get(f"{ME}/settings").ok()["hid_list_padding"]
    wanted = "left" if before != "left" else "right"
    answer = owner.patch(f"{ME}/settings", {"hid_list_padding": wanted, "hid_display_caps": True})
    found = answer.ok()["hid_list_padding"]
    side("documentation" if found == wanted else "reference")
    assert found in (wanted, before)
    assert owner.get(f"{ME}/settings").ok()["hid_list_padding"] == found


@check(
    "differences/unknown-enum-value",
    may="A value that is none of those listed is an error of its key; the reference service takes the default for it.",
)
def test_unknown_value_is_rejected_or_the_default(owner: Client, side: Takes) -> None:
    answer = owner.patch(f"{ME}/settings", {"proxy_switch": "sideways"})
    assert is_rejected(answer, invalid("proxy_switch"), side) or answer.body["proxy_switch"] == "off"


@check(
    "differences/original-message",
    may="A message is found by its original's id for ever; the reference service forgets that id after 30 minutes.",
)
def test_message_is_found_by_the_id_of_its_original_or_not(anonymous: Client, message: str, side: Takes) -> None:
    found = anonymous.get(f"/messages/{message}").ok()
    answer = anonymous.get(f"/messages/{found['original']}")
    side("documentation" if answer.status == 200 else "reference")
    if answer.status == 200:
        assert answer.body == found
    else:
        answer.fails(MESSAGE_NOT_FOUND)


@check(
    "differences/repeated-references",
    may="A reference that is repeated in a list counts once; the reference service answers 500.",
)
def test_repeated_references_count_once_or_break_it(owner: Client, side: Takes) -> None:
    member, group = owner.new_member(), owner.new_group()
    answer = owner.post(f"/groups/{group['id']}/members/add", [member["id"], member["uuid"]])
    side("documentation" if answer.status == 204 else "reference")
    assert answer.status in (204, 500), answer.story
    assert owner.get(f"/groups/{group['id']}/members").ok() == ([member] if answer.status == 204 else [])


@check(
    "differences/key-without-scope",
    may="A key without the scope is refused with 403 on `@me`; the reference service takes it for nobody's.",
)
def test_key_without_the_scope_is_refused_or_anonymous(limited: Client, side: Takes) -> None:
    for end in ("members", "groups", "switches", "settings"):
        answer = limited.get(f"{ME}/{end}")
        side("documentation" if answer.status == 403 else "reference")
        answer.fails(FORBIDDEN if answer.status == 403 else UNAUTHORIZED)


@check(
    "differences/oembed",
    may="oEmbed shows the public view, whoever asks; the reference service heeds credentials and shows private names.",
)
@pytest.mark.parametrize("kind", ["members", "groups"])
def test_oembed_shows_the_public_view_or_private_names(
    owner: Client, anonymous: Client, side: Takes, kind: str
) -> None:
    owner.patch(ME, {"name": None}).ok()
    secret, shown = called("Secret"), called("Shown")
    body = {"name": secret, "display_name": shown, "privacy": {"name_privacy": "private"}}
    path = f"/{kind}/{owner.post(f'/{kind}', body).ok()['id']}/oembed.json"
    titles = {client.get(path).ok()["title"] for client in (owner, anonymous)}
    side("documentation" if titles == {shown} else "reference")
    assert titles <= {shown, secret}


@check("differences/limit-below-1", may="A `limit` below 1 is 400; the reference service answers 500.")
@pytest.mark.parametrize("limit", ["0", "-1"])
def test_limit_below_1_is_refused_or_breaks_it(reader: Client, side: Takes, limit: str) -> None:
    answer = reader.get(f"{ME}/switches", limit=limit)
    side("documentation" if answer.status == 400 else "reference")
    assert answer.status in (400, 500), answer.story
    if answer.status == 400:
        answer.fails(BAD_REQUEST)
