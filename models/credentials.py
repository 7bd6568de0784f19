"""System tokens: made here, kept only as a digest, and never shown again."""

import base64
import hashlib
import secrets

from models.compiled import Statement, param
from models.tables import System

_TOKEN_BYTES = 48
TOKEN_LENGTH = 64
"""Characters of a system token: 48 random bytes in Base64."""

BY_DIGEST = Statement(lambda: System.select(System.id).where(System.token == param("digest")))


def new_token() -> str:
    """A system token that nobody has yet."""
    return base64.b64encode(secrets.token_bytes(_TOKEN_BYTES)).decode()


def digest(token: str | bytes) -> bytes:
    """What the database keeps of a token. It has 384 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode() if isinstance(token, str) else token).digest()


def system_of(token: bytes) -> int | None:
    """The system whose token this is, or None.

    The look-up is by digest: its duration tells nothing of a token, as nobody can choose what a digest begins with.
    """
    row = BY_DIGEST.row(digest=digest(token))
    return None if row is None else row[0]
