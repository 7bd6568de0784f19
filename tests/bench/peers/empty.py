"""Connexion with the same contract and nothing behind it: how long a start takes at least."""

from typing import Any

from connexion import AsyncApp
from connexion.resolver import Resolver

from handlers.request.contract import CONTRACT


def nothing(**arguments: Any) -> dict[str, str]:
    """Every operation."""
    return {}


def create_app() -> AsyncApp:
    """The application."""
    app = AsyncApp(__name__)
    app.add_api(CONTRACT, resolver=Resolver(lambda name: nothing))
    return app
