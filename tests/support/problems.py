"""The catalogue of errors, written down here a second time so that the tests do not ask the server what is right."""

from dataclasses import dataclass, replace
from typing import Any

FieldErrors = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Problem:
    """One row of the catalogue: what `answer.fails(...)` compares an answer with."""

    code: int
    status: int
    message: str

    def naming(self, ref: str) -> "Problem":
        """The same problem about the reference `ref`."""
        return replace(self, message=self.message.format(ref=ref))


BAD_REQUEST = Problem(0, 400, "400: Bad Request")
INVALID_PATH = Problem(0, 400, "Invalid path for API version")
UNAUTHORIZED = Problem(0, 401, "401: Missing or invalid Authorization header")
FORBIDDEN = Problem(0, 403, "403: Missing permissions to access this resource")
NOT_FOUND = Problem(0, 404, "404: Not Found")
METHOD_NOT_ALLOWED = Problem(0, 405, "405: Method Not Allowed")
UNSUPPORTED_VERSION = Problem(0, 410, "Unsupported API version")
PAYLOAD_TOO_LARGE = Problem(0, 413, "413: Payload Too Large")
UNSUPPORTED_MEDIA_TYPE = Problem(0, 415, "415: Unsupported Media Type")
SYSTEM_NOT_FOUND = Problem(20001, 404, "System not found.")
MEMBER_NOT_FOUND = Problem(20002, 404, "Member not found.")
MEMBER_REF_NOT_FOUND = Problem(20003, 404, "Member '{ref}' not found.")
GROUP_NOT_FOUND = Problem(20004, 404, "Group not found.")
GROUP_REF_NOT_FOUND = Problem(20005, 404, "Group '{ref}' not found.")
MESSAGE_NOT_FOUND = Problem(20006, 404, "Message not found.")
SWITCH_NOT_ACCESSIBLE = Problem(
    20008, 404, "Switch not found, switch associated with different system, or unauthorized to view front history."
)
SYSTEM_GUILD_NOT_FOUND = Problem(20009, 404, "No system guild settings found for target guild.")
MEMBER_GUILD_NOT_FOUND = Problem(20010, 404, "No member guild settings found for target guild.")
MEMBER_LIST_PRIVATE = Problem(30001, 403, "Unauthorized to view member list")
GROUP_LIST_PRIVATE = Problem(30002, 403, "Unauthorized to view group list")
GROUP_MEMBER_LIST_PRIVATE = Problem(30003, 403, "Unauthorized to view group member list")
FRONTERS_PRIVATE = Problem(30004, 403, "Unauthorized to view current fronters.")
FRONT_HISTORY_PRIVATE = Problem(30005, 403, "Unauthorized to view front history.")
NOT_OWN_MEMBER = Problem(30006, 403, "Target member is not part of your system.")
NOT_OWN_GROUP = Problem(30007, 403, "Target group is not part of your system.")
NOT_OWN_MEMBER_REF = Problem(30008, 403, "Member '{ref}' is not part of your system.")
NOT_OWN_GROUP_REF = Problem(30009, 403, "Group '{ref}' is not part of your system.")
INVALID_MODEL = Problem(40001, 400, "Error parsing JSON model")
DUPLICATE_MEMBERS = Problem(40003, 400, "Duplicate members in member list.")
IDENTICAL_MEMBERS = Problem(40004, 400, "Member list identical to current fronter list.")
SWITCH_EXISTS = Problem(40005, 400, "Switch with provided timestamp already exists.")
INVALID_SWITCH_ID = Problem(40006, 400, "Invalid switch ID.")
MEMBER_LIMIT_REACHED = Problem(40007, 400, "Member limit reached.")
GROUP_LIMIT_REACHED = Problem(40008, 400, "Group limit reached.")
UNIMPLEMENTED = Problem(50001, 501, "Unimplemented")


def invalid(key: str) -> FieldErrors:
    """The `errors` of a body whose only mistake is a value of `key` that is not acceptable."""
    return {key: [{"message": f"Field {key} is invalid."}]}


def too_long(key: str, maximum: int, actual: int) -> FieldErrors:
    """The `errors` of a body whose only mistake is that `key` is too long."""
    return {key: [{"message": f"Field {key} is too long.", "max_length": maximum, "actual_length": actual}]}


def worded(key: str, message: str) -> FieldErrors:
    """The `errors` of a body whose only mistake has a wording of its own."""
    return {key: [{"message": message}]}


def name_missing(kind: str) -> FieldErrors:
    """The `errors` of a new member or group without a name."""
    return worded("name", f"Key 'name' is required when creating new {kind}.")


def name_null(kind: str) -> FieldErrors:
    """The `errors` of a member or group whose name is null or blank."""
    return worded("name", f"{kind.capitalize()} name can not be set to null.")


TIMESTAMP_REQUIRED = worded("timestamp", "Key 'timestamp' is required.")
MEMBERS_REQUIRED = worded("members", "Key 'members' is required.")
