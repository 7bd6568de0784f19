"""Who is asking, and what their credentials let them do here (section "Authentication" of the documentation)."""

from dataclasses import dataclass

from generated.contract import SCOPE_LEVELS, Operation
from generated.errors import Forbidden, Unauthorized
from models import credentials
from models.references import Reference

NOTHING, PUBLIC_READ, READ, WRITE = range(len(SCOPE_LEVELS) + 1)
"""What credentials are worth for an operation; each level holds those below it."""

_LEVELS = dict(zip(SCOPE_LEVELS, (PUBLIC_READ, READ, WRITE), strict=True))


@dataclass(frozen=True)
class Viewer:
    """`system` is the row of the system whose credentials were sent (None: nobody's); `level` what they allow."""

    system: int | None
    level: int

    @property
    def sees(self) -> int | None:
        """The system whose private data may be shown."""
        return self.system if self.level >= READ else None

    def owns(self, system: int) -> bool:
        """Whether the owner's view of the system is due."""
        return self.level >= READ and self.system == system


ANONYMOUS = Viewer(None, NOTHING)


class Gate:
    """What one operation asks of credentials."""

    def __init__(self, operation: Operation) -> None:
        scope = operation.scope
        self._owner_only = operation.owner_only
        self._needed = _LEVELS[scope.level] if scope else NOTHING
        # Operations without a scope, and the one that `identify` is for, take any valid credentials on @me.
        self._me_needs = PUBLIC_READ if scope and not scope.identify else NOTHING

    def viewer(self, authorization: bytes | None) -> Viewer:
        """Who sent this `Authorization` header; whatever is not valid is nobody."""
        if authorization is None:
            return ANONYMOUS
        system = credentials.system_of(authorization) if len(authorization) == credentials.TOKEN_LENGTH else None
        return ANONYMOUS if system is None else Viewer(system, WRITE)

    def admit(self, viewer: Viewer) -> None:
        """Let the viewer in, or raise Unauthorized or Forbidden."""
        if self._owner_only:
            if viewer.system is None:
                raise Unauthorized
            if viewer.level < self._needed:
                raise Forbidden

    def me(self, viewer: Viewer) -> Reference:
        """The system that `@me` means. Raises Unauthorized or Forbidden."""
        if viewer.system is None:
            raise Unauthorized
        if viewer.level < self._me_needs:
            raise Forbidden
        return Reference("id", viewer.system)
