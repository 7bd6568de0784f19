"""Faults in how things are named."""

import re
from collections.abc import Callable

from tests.contract.fault import Fault
from tests.contract.proxy import Request, Tamper
from tests.contract.tampering import When, always, at, refuses

UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def unknown(kind: str, form: Callable[[str], object], when: When = always) -> Tamper:
    """References of this form to things of this kind are not found."""

    def named_so(request: Request) -> bool:
        parts = request.path.split("/")
        return when(request) and len(parts) > 3 and parts[2] == kind and bool(form(parts[3]))

    code = {"systems": 20001, "members": 20002, "groups": 20004}[kind]
    return refuses(named_so, 404, f"{kind[:-1].capitalize()} not found.", code)


def in_body(form: Callable[[str], object]) -> When:
    """Whether the body lists a reference of this form."""

    def when(request: Request) -> bool:
        body = request.body
        refs = body.get("members") if isinstance(body, dict) else body
        return isinstance(refs, list) and any(isinstance(ref, str) and form(ref) for ref in refs)

    return when


def upper(ref: str) -> bool:
    return not UUID.fullmatch(ref) and ref != ref.lower()


def dashed(ref: str) -> bool:
    return not UUID.fullmatch(ref) and "-" in ref


def upper_uuid(ref: str) -> bool:
    return bool(UUID.fullmatch(ref)) and ref != ref.lower()


FAULTS = (
    Fault(
        "references/case-sensitive-members",
        "A member's id in capitals is not found.",
        unknown("members", upper),
        "references",
    ),
    Fault(
        "references/case-sensitive-systems",
        "A system's id in capitals is not found.",
        unknown("systems", upper),
        "references",
    ),
    Fault(
        "references/dashed-members",
        "A member's id with a dash in it is not found.",
        unknown("members", dashed),
        "references",
    ),
    Fault(
        "references/dashed-groups",
        "A group's id with a dash in it is not found.",
        unknown("groups", dashed),
        "references",
    ),
    Fault(
        "references/member-uuids",
        "Members are not found by their UUID.",
        unknown("members", UUID.fullmatch),
        "references",
    ),
    Fault(
        "references/group-uuids", "Groups are not found by their UUID.", unknown("groups", UUID.fullmatch), "references"
    ),
    Fault(
        "references/system-uuids",
        "Systems are not found by their UUID.",
        unknown("systems", UUID.fullmatch),
        "references",
    ),
    Fault("references/upper-uuids", "UUIDs in capitals are not found.", unknown("members", upper_uuid), "references"),
    Fault(
        "references/spaces",
        "Spaces around a reference are not ignored.",
        unknown("members", lambda ref: "%20" in ref),
        "references",
    ),
    Fault(
        "references/uuids-in-bodies",
        "UUIDs in lists of members or groups are not understood.",
        refuses(in_body(UUID.fullmatch), 400, "400: Bad Request"),
        "references membership",
    ),
    Fault(
        "references/500-for-odd",
        "A reference that is like no other is an error of the server.",
        refuses(
            lambda request: (
                at("GET /members/*")(request) and not re.fullmatch(r"[\w@%.-]{5,36}", request.path.split("/")[3])
            ),
            500,
            "500: Internal Server Error",
        ),
        "references",
    ),
    Fault(
        "switches/uuid-not-checked",
        "A switch reference that is no UUID is not found, where it should be refused.",
        refuses(
            lambda request: at("GET /systems/*/switches/*")(request) and not UUID.fullmatch(request.path.split("/")[5]),
            404,
            "Switch not found.",
            20007,
        ),
        "references",
    ),
)
