"""What is beside the API: the contract, its reference and guide, and whether the server is well."""

import re
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

from connexion.middleware.swagger_ui import SwaggerUIMiddleware
from connexion.options import SwaggerUIOptions
from connexion.spec import Specification

from generated.contract import OPERATIONS
from generated.errors import MethodNotAllowed
from handlers.request.answers import Header, Receive, Scope, Send, send, send_error
from handlers.request.contract import CONTRACT, ROOT
from handlers.request.health import PATHS, Health

PATH = "/docs"
HERE = Path(__file__).parent
_GUIDE = ROOT / "generated" / "guide"
# The order of the pages is that of the links in the header that they share.
_HEADER = (_GUIDE / "header.html").read_text("utf-8")
_PAGES = re.findall(r'href="(/docs/guide/([a-z-]+))"', _HEADER)


def _outline() -> dict[str, list[dict[str, str]]]:
    """The operations of each tag, for the moment until Swagger UI has read the contract."""
    outline: dict[str, list[dict[str, str]]] = {tag["name"]: [] for tag in CONTRACT["tags"]}
    for operation in OPERATIONS.values():
        told = CONTRACT["paths"][operation.path][operation.method.lower()]
        summary = {"name": operation.operation_id, "method": operation.method, "path": operation.path}
        outline[told["tags"][0]].append(summary | {"summary": told["summary"]})
    return outline


_FILES: dict[str, tuple[Path, bytes]] = {
    "/openapi.yaml": (ROOT / "openapi.yaml", b"application/yaml"),
    "/openapi.json": (ROOT / "generated" / "openapi.json", b"application/json"),
    **{address: (_GUIDE / f"{name}.html", b"text/html; charset=utf-8") for address, name in _PAGES},
}
_REDIRECTS = {"/": PATH, f"{PATH}/guide": _PAGES[0][0], f"{PATH}/guide/": _PAGES[0][0]}
# Connexion brings an older Swagger UI: no dark colours, and hard to read on a phone.
_OPTIONS = SwaggerUIOptions(
    swagger_ui_path=PATH,
    swagger_ui_template_dir=str(HERE / "page"),
    swagger_ui_template_arguments={"header": _HEADER, "outline": _outline()},
    serve_spec=False,
)


class Documentation(SwaggerUIMiddleware):
    """Connexion's Swagger UI at `/docs`, the contract's files, and health; everything else passes untouched."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self._health = Health()
        self._api = ""
        """What the paths of all operations begin with."""

    def add_api(self, specification: Specification, base_path: str | None = None, **options: Any) -> None:
        """Serve the page at the root and not below the base path. It fetches the contract, so it needs none here."""
        self._api = specification.base_path + "/"
        bare = Specification.load({"openapi": specification["openapi"], "info": specification["info"], "paths": {}})
        super().add_api(bare, swagger_ui_options=_OPTIONS)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        path = scope.get("path", "")
        if path.startswith(self._api):
            return self.app(scope, receive, send)  # type: ignore[no-any-return]
        if path in PATHS:
            return self._health.answer(scope, send)
        if path in _FILES or path in _REDIRECTS:
            return _small(scope, send)
        if not path.startswith(PATH):
            return self.app(scope, receive, send)  # type: ignore[no-any-return]
        scope["app"] = self  # so that Starlette raises what it refuses, and does not word it
        return super().__call__(scope, receive, send)  # type: ignore[no-any-return]


async def _small(scope: Scope, to: Send) -> None:
    if scope["method"] != "GET":
        await send_error(to, MethodNotAllowed(), (b"allow", b"GET, HEAD, OPTIONS"))
    elif target := _REDIRECTS.get(scope["path"]):
        await send(to, 307, b"", [(b"location", target.encode())])
    else:
        file, content_type = _FILES[scope["path"]]
        header: Header = (b"content-type", content_type)
        await send(to, 200, file.read_bytes(), [header])
