"""Keeps secrets out of everything that is shown or written."""

import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote


class Masks:
    """Puts a name in the place of each secret, in whatever form a server may repeat it."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        forms = {form: name for name, secret in secrets.items() if secret for form in _forms(secret)}
        self._names = forms
        longest_first = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE) if forms else None

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda found: self._name(found.group()), text)

    def each(self, pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
        """Headers without secrets."""
        return {name: self(value) for name, value in pairs}

    def _name(self, found: str) -> str:
        return next(name for form, name in self._names.items() if form.lower() == found.lower())


def _forms(secret: str) -> set[str]:
    """The secret as it is, in JSON, in an address, and the parts of an API key that would be enough to guess it."""
    bare = secret.removeprefix("Bearer ")
    parts = [part for part in bare.split(":") if len(part) > 20]
    return {form for each in (secret, bare, *parts) for form in (each, json.dumps(each)[1:-1], quote(each, safe=""))}
