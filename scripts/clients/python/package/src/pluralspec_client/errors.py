"""What goes wrong."""

from collections.abc import Mapping, Sequence

from httpx import Response

from .models import FieldError


class PluralKitError(Exception):
    """Any answer that is no success."""

    status: int
    """The HTTP status."""
    code: int
    """Which error it is, as listed with each operation; 0 for what the status says by itself."""
    message: str
    errors: Mapping[str, Sequence[FieldError]]
    """With code 40001: each key at fault, and all that is wrong with it."""

    def __init__(self, response: Response) -> None:
        self.status = response.status_code
        try:
            body = response.json()
        except ValueError:
            body = None  # whoever stands between client and server may answer in other ways
        said = body if isinstance(body, dict) else {}
        self.code = said.get("code", 0)
        self.message = said.get("message", f"HTTP status {self.status}")
        self.errors = {
            key: [FieldError.from_dict(each) for each in found] for key, found in said.get("errors", {}).items()
        }
        super().__init__(f"{self.message} ({self.status}, code {self.code})")
