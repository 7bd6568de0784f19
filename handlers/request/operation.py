"""One operation, compiled at start from the contract: everything between the routing and the handler, and back.

Connexion builds a request object, runs a chain of middlewares for security, parameters and bodies, and calls the
handler through four decorators. All that these would find out on every request is known at start, so it is worked out
once: `Operation` holds the compiled parts and calls them one after another.
"""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

import orjson
from connexion.apps.asynchronous import AsyncApi, AsyncASGIApp
from connexion.operations import AbstractOperation

from generated import contract
from generated.contract import DEFAULTS, OPERATIONS
from generated.errors import ApiError, BadRequest, PayloadTooLarge, ServiceUnavailable, UnsupportedMediaType
from handlers.request import body, parameters
from handlers.request.answers import JSON, Header, Receive, Scope, Send, body_of, headers_of, send
from handlers.request.contract import COMPONENTS, CONTRACT, resolved
from handlers.request.errors import log, unexpected
from handlers.request.fields import ListBody, ObjectBody
from handlers.request.viewer import Gate, Viewer
from models.database import Store, store

Arguments = dict[str, Any]
Answer = tuple[int, bytes, list[Header]]


class Operation:
    """Answers the requests for one operation."""

    def __init__(self, rules: contract.Operation, handler: Callable[..., Any]) -> None:
        definition = CONTRACT["paths"][rules.path][rules.method.lower()]
        shared = CONTRACT["paths"][rules.path].get("parameters", [])
        given = [resolved(each) for each in shared + definition.get("parameters", [])]
        self._rules, self._handler, self._gate = rules, handler, Gate(rules)
        self._path = [
            (parameters.argument(each["name"]), parameters.parser(each)) for each in given if each["in"] == "path"
        ]
        self._query = [
            (each["name"], parameters.parser(each), each["schema"].get("default"))
            for each in given
            if each["in"] == "query"
        ]
        self._body = _body(definition, complete=rules.method == "POST")
        self._extras = [extra for extra in _EXTRAS if extra in inspect.signature(handler).parameters]
        self._store: Store = store()

    async def __call__(self, scope: Scope, receive: Receive, send_: Send) -> None:
        """Answer one request."""
        try:
            sent = await body.read(scope, receive) if self._body else None
        except body.Disconnected:
            return
        if self._store.blocking:
            loop = asyncio.get_running_loop()
            status, payload, headers = await loop.run_in_executor(None, self._answer_in_session, scope, sent)
        else:
            status, payload, headers = self._answer(scope, sent)
        await send(send_, status, payload, headers)

    def _answer_in_session(self, scope: Scope, sent: bytearray | PayloadTooLarge | None) -> Answer:
        with self._store.session():
            return self._answer(scope, sent)

    def _answer(self, scope: Scope, sent: bytearray | PayloadTooLarge | None) -> Answer:
        """Status, body and headers of the answer."""
        headers: list[Header] = []
        try:
            result = self._result(scope, sent, headers)
        except ApiError as error:
            return error.status, body_of(error), headers + headers_of(error)
        except self._store.unavailable as error:
            log.error("the database is unavailable: %s", error)
            return self._failed(ServiceUnavailable(), headers)
        except Exception as error:  # noqa: BLE001 - the client must get an answer
            return self._failed(unexpected(error), headers)
        if result is None:
            return 204, b"", headers
        headers.append(JSON)
        return 200, orjson.dumps(result), headers

    @staticmethod
    def _failed(error: ApiError, headers: list[Header]) -> Answer:
        return error.status, body_of(error), headers + headers_of(error)

    def _result(self, scope: Scope, sent: bytearray | PayloadTooLarge | None, headers: list[Header]) -> Any:
        """What the handler returns, or an error of the catalogue."""
        viewer = self._gate.viewer(body.header(scope, b"authorization"))
        self._gate.admit(viewer)
        arguments = self._arguments(scope, viewer)
        if self._body:
            arguments["body"] = self._body(_json(scope, sent))
        for extra in self._extras:
            arguments[extra] = _EXTRAS[extra](self._rules, viewer, scope)
        if self._rules.method == "GET":
            return self._handler(**arguments)
        assert viewer.system is not None  # every operation that writes is its owner's alone
        with self._store.transaction(viewer.system):
            return self._handler(**arguments)

    def _arguments(self, scope: Scope, viewer: Viewer) -> Arguments:
        """The path's and the query's parameters, by the names that the handler has for them."""
        arguments: Arguments = {}
        for (name, parse), value in zip(self._path, scope["path_values"], strict=True):
            if value == "@me" and name == "system_ref":
                arguments[name] = self._gate.me(viewer)
            else:
                arguments[name] = parse(value)
        if self._query:
            given = parameters.last_values(scope["query_string"])
            for name, parse, default in self._query:
                arguments[name] = parse(given[name]) if name in given else default
        return arguments


class Api(AsyncApi):
    """The operations of the contract, compiled."""

    def make_operation(self, operation: AbstractOperation) -> Operation:
        """Compile one; Connexion has found its handler, and puts the module before the operation's id."""
        return Operation(OPERATIONS[operation.operation_id.rsplit(".", 1)[-1]], operation.function)


class Application(AsyncASGIApp):
    """Connexion's ASGI application with compiled operations."""

    api_cls = Api


# What a handler may ask for beside the parameters of the contract, by the name of its argument.
_EXTRAS: dict[str, Callable[[contract.Operation, Viewer, Scope], Any]] = {
    "viewer": lambda rules, viewer, scope: viewer,
    "owner": lambda rules, viewer, scope: viewer.system,
    "guard": lambda rules, viewer, scope: rules.privacy,
    "server_url": lambda rules, viewer, scope: "{}://{}:{}".format(scope["scheme"], *scope["server"]),
}


def _body(definition: dict[str, Any], *, complete: bool) -> ListBody | ObjectBody | None:
    """What reads the operation's body, if it has one."""
    if "requestBody" not in definition:
        return None
    reference = resolved(definition["requestBody"])["content"]["application/json"]["schema"]
    schema, name = resolved(reference), reference["$ref"].rsplit("/", 1)[1]
    if schema["type"] == "array":
        return ListBody(schema, COMPONENTS["schemas"])
    entity = name.removesuffix("Patch").removesuffix("Create")
    defaults = DEFAULTS.get(entity, {}) | DEFAULTS.get(f"{entity}Create", {})
    return ObjectBody(schema, COMPONENTS["schemas"], defaults, complete=complete)


def _json(scope: Scope, sent: bytearray | PayloadTooLarge | None) -> Any:
    if isinstance(sent, PayloadTooLarge):
        raise sent
    if not body.is_json(scope):
        raise UnsupportedMediaType
    try:
        return orjson.loads(sent or b"")
    except orjson.JSONDecodeError:
        raise BadRequest from None
