"""What is beside the API: the contract, its interactive documentation, and whether the server is well."""

from pathlib import Path
from typing import Any

from connexion.middleware.swagger_ui import SwaggerUIMiddleware
from connexion.options import SwaggerUIOptions
from connexion.spec import Specification

from generated.errors import MethodNotAllowed
from handlers.request.answers import Header, Receive, Scope, Send, send, send_error
from handlers.request.contract import CONTRACT, ROOT
from handlers.request.health import PATHS, Health

PATH = "/docs"
_API = CONTRACT["servers"][0]["url"] + "/"

_FILES: dict[str, tuple[Path, bytes]] = {
    "/openapi.yaml": (ROOT / "openapi.yaml", b"application/yaml"),
    "/openapi.json": (ROOT / "generated" / "openapi.json", b"application/json"),
}
_OPTIONS = SwaggerUIOptions(
    swagger_ui_path=PATH,
    # Nothing may leave the machine: no validator badge, no second look for the contract.
    swagger_ui_config={"url": "/openapi.json", "validatorUrl": None, "displayRequestDuration": True},
    serve_spec=False,
)


class Documentation(SwaggerUIMiddleware):
    """Connexion's Swagger UI at `/docs`, the contract's files, and health; everything else passes untouched."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self._health = Health()

    def add_api(self, specification: Specification, base_path: str | None = None, **options: Any) -> None:
        """Serve the page at the root and not below the base path. It fetches the contract, so it needs none here."""
        bare = Specification.load({"openapi": specification["openapi"], "info": specification["info"], "paths": {}})
        super().add_api(bare, swagger_ui_options=_OPTIONS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path.startswith(_API):
            await self.app(scope, receive, send)
        elif path in PATHS:
            await self._health.answer(scope, send)
        elif path in _FILES or path == "/":
            await _small(scope, send)
        elif path.startswith(PATH):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)


async def _small(scope: Scope, to: Send) -> None:
    if scope["method"] != "GET":
        await send_error(to, MethodNotAllowed(), (b"allow", b"GET, HEAD, OPTIONS"))
    elif scope["path"] == "/":
        await send(to, 307, b"", [(b"location", PATH.encode())])
    else:
        file, content_type = _FILES[scope["path"]]
        header: Header = (b"content-type", content_type)
        await send(to, 200, file.read_bytes(), [header])
