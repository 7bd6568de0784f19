"""A client of the PluralKit v2 API; not affiliated with PluralKit."""

from .client import LOCAL, PRODUCTION, PluralKit
from .errors import PluralKitError
from .switches import switches, switches_async
from .types import UNSET, Unset

__all__ = ["LOCAL", "PRODUCTION", "UNSET", "PluralKit", "PluralKitError", "Unset", "switches", "switches_async"]
