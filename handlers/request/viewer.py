"""Who is asking, and what their credentials let them do here (section "Authentication" of the documentation)."""

from typing import NamedTuple

from generated.contract import Operation
from generated.errors import Forbidden, Unauthorized
from models import credentials, keys
from models.keys import LEVELS, NOTHING, Verifier
from models.references import Reference

PUBLIC_READ, READ, WRITE = LEVELS.values()


class Viewer(NamedTuple):
    """Made by `Viewer.of`."""

    system: int | None
    """The row of the system whose credentials were sent; None: nobody's."""
    level: int
    """What they allow."""
    sees: int | None
    """The system whose private data may be shown."""

    @classmethod
    def of(cls, system: int, level: int) -> "Viewer":
        """Who sent credentials of this system that allow so much."""
        return cls(system, level, system if level >= READ else None)

    def owns(self, system: int) -> bool:
        """Whether the owner's view of the system is due."""
        return self.sees == system


ANONYMOUS = Viewer(None, NOTHING, None)


class Gate:
    """What one operation asks of credentials."""

    def __init__(self, operation: Operation, verifier: Verifier) -> None:
        self._scope, self._verifier = operation.scope, verifier
        # Without a scope, any valid credentials will do.
        self._owner_needs = LEVELS[operation.scope.level] if operation.scope else NOTHING
        self._me_needs = PUBLIC_READ if operation.scope else NOTHING
        self._owner_only = operation.owner_only

    def viewer(self, authorization: bytes | None) -> Viewer:
        """Who sent this `Authorization` header; whatever is not valid is nobody."""
        if authorization is None:
            return ANONYMOUS
        if len(authorization) == credentials.TOKEN_LENGTH:
            system = credentials.system_of(authorization)
            return ANONYMOUS if system is None else Viewer.of(system, WRITE)
        grant = self._verifier.grant(authorization)
        if grant is None:
            return ANONYMOUS
        return Viewer.of(grant.system, keys.level(grant.scopes, self._scope) if self._scope else NOTHING)

    def admit(self, viewer: Viewer) -> None:
        """Let the viewer in, or raise Unauthorized or Forbidden."""
        if self._owner_only:
            if viewer.system is None:
                raise Unauthorized
            if viewer.level < self._owner_needs:
                raise Forbidden

    def me(self, viewer: Viewer) -> Reference:
        """The system that `@me` means. Raises Unauthorized or Forbidden."""
        if viewer.system is None:
            raise Unauthorized
        if viewer.level < self._me_needs:
            raise Forbidden
        return Reference("id", viewer.system)
