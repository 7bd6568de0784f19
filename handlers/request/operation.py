"""One operation, compiled at start from the contract: everything between the routing and the handler, and back.

Connexion builds a request object, runs a chain of middlewares for security, parameters and bodies, and calls the
handler through four decorators. All that these would find out on every request is known at start, so it is worked out
once: `Operation` holds the compiled parts and calls them one after another.
"""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from connexion.apps.asynchronous import AsyncApi, AsyncASGIApp
from connexion.operations import AbstractOperation

from generated import contract
from generated.contract import DEFAULTS, OPERATIONS
from generated.errors import (
    ApiError,
    BadRequest,
    PayloadTooLarge,
    ServiceUnavailable,
    Unauthorized,
    UnsupportedMediaType,
)
from handlers.request import body, parameters
from handlers.request.answers import FIRST_VALUES, JSON, OPERATION, Header, Receive, Scope, Send, send, send_error
from handlers.request.contract import COMPONENTS, CONTRACT, resolved
from handlers.request.errors import log, unexpected
from handlers.request.fields import ListBody, ObjectBody
from handlers.request.rate_limits import Client, Clients, LocalCounter, RemoteCounter
from handlers.request.subject import Subject
from handlers.request.viewer import Gate, Viewer
from models.database import Store, SystemGone
from models.keys import Verifier
from models.settings import Settings

Result = TypeVar("Result")
Sent = bytearray | PayloadTooLarge | None


@dataclass(frozen=True)
class Services:
    """What the operations of one process share."""

    settings: Settings
    store: Store
    verifier: Verifier
    counter: LocalCounter | RemoteCounter | None
    """None: nothing is limited."""


class Operation:
    """Answers the requests for one operation."""

    def __init__(self, rules: contract.Operation, handler: Callable[..., Any], services: Services) -> None:
        definition = CONTRACT["paths"][rules.path][rules.method.lower()]
        shared = CONTRACT["paths"][rules.path].get("parameters", [])
        given = [resolved(each) for each in shared + definition.get("parameters", [])]
        path = [each for each in given if each["in"] == "path"]
        self._rules, self._handler, self._gate = rules, handler, Gate(rules, services.verifier)
        self._path = [(parameters.argument(each["name"]), parameters.parser(each)) for each in path]
        self._query = [
            (each["name"], parameters.parser(each), each["schema"].get("default"))
            for each in given
            if each["in"] == "query"
        ]
        self._subject = Subject(path[0]["name"] if path else None)
        self._body = _body(definition, complete=rules.method == "POST")
        self._extras = [
            (name, extra) for name, extra in _EXTRAS.items() if name in inspect.signature(handler).parameters
        ]
        # To read what is the owner's alone, as the settings in a guild, may be to make it.
        self._reads = not rules.owner_only
        self._services, self._store = services, services.store
        self._rate = rules.rate_limit
        self._local = services.counter if isinstance(services.counter, LocalCounter) else None
        self._remote = services.counter if isinstance(services.counter, RemoteCounter) else None
        self._waits = self._store.blocking or not self._reads or self._remote is not None

    async def __call__(self, scope: Scope, receive: Receive, send_: Send) -> None:
        """Answer one request."""
        try:
            sent = await body.read(scope, receive) if self._body else None
        except body.Disconnected:
            return
        headers: list[Header] = []
        try:
            if self._waits:
                result = await self._waited_for(scope, sent, headers)
            else:
                result = self._counted_and_read(scope, sent, headers)
        except Exception as error:  # noqa: BLE001 - the client must get an answer
            told = self._told(error)
            if told is not error and not headers:
                told = await self._counted_at_least(scope, headers) or told
            await send_error(send_, told, *headers)
            return
        if result is None:
            await send(send_, 204, b"", headers)
        else:
            headers.append(JSON)
            await send(send_, 200, result, headers)

    async def _waited_for(self, scope: Scope, sent: Sent, headers: list[Header]) -> bytes | None:
        """The result, where it takes a disk or another machine; while those count, nothing holds a connection."""
        if self._remote:
            viewer, client = await self._run(self._who, scope, self._remote.clients)
            await self._remote.count(self._rate, client, headers)
            if self._reads:
                return await self._run(self._read, scope, sent, viewer)
            arguments = await self._run(self._prepared, scope, sent, viewer)
        elif self._reads:
            return await self._run(self._counted_and_read, scope, sent, headers)
        else:
            viewer, arguments = await self._run(self._counted_and_prepared, scope, sent, headers)
        assert viewer.system is not None  # every operation that writes is its owner's alone
        written = await self._store.write(viewer.system, self._handler, arguments)
        return None if written is None else orjson.dumps(written)

    async def _run(self, work: Callable[..., Result], *arguments: Any) -> Result:
        """Do work on the database: where it waits for another machine, off the event loop."""
        return await self._store.run(work, *arguments) if self._store.blocking else work(*arguments)

    def _counted_and_read(self, scope: Scope, sent: Sent, headers: list[Header]) -> bytes | None:
        return self._read(scope, sent, self._counted(scope, headers))

    def _counted_and_prepared(self, scope: Scope, sent: Sent, headers: list[Header]) -> tuple[Viewer, dict[str, Any]]:
        viewer = self._counted(scope, headers)
        return viewer, self._prepared(scope, sent, viewer)

    def _counted(self, scope: Scope, headers: list[Header]) -> Viewer:
        """Who asks, after the request was counted on this machine."""
        viewer = self._viewer(scope)
        if self._local:
            self._local.count(self._rate, self._client(scope, viewer, self._local.clients), headers)
        return viewer

    async def _counted_at_least(self, scope: Scope, headers: list[Header]) -> ApiError | None:
        """Count a request of whom could not be found out, as a stranger's; the refusal if it was one too many."""
        try:
            if self._local:
                self._local.count(self._rate, self._local.clients.behind(scope), headers)
            elif self._remote:
                await self._remote.count(self._rate, self._remote.clients.behind(scope), headers)
        except ApiError as refusal:
            return refusal
        return None

    def _viewer(self, scope: Scope) -> Viewer:
        return self._gate.viewer(scope[FIRST_VALUES].get(b"authorization"))

    def _client(self, scope: Scope, viewer: Viewer, clients: Clients) -> Client:
        """For whom a request is counted: for a system what is about itself, all else by address."""
        if viewer.system is not None and self._subject.is_of(viewer.system, scope["path_values"]):
            return clients.system(viewer.system)
        return clients.behind(scope)

    def _who(self, scope: Scope, clients: Clients) -> tuple[Viewer, Client]:
        """Who asks, and for whom that is counted."""
        viewer = self._viewer(scope)
        return viewer, self._client(scope, viewer, clients)

    def _read(self, scope: Scope, sent: Sent, viewer: Viewer) -> bytes | None:
        """The handler's answer; or an error of the catalogue is raised."""
        found = self._handler(**self._prepared(scope, sent, viewer))
        return None if found is None else orjson.dumps(found)

    def _prepared(self, scope: Scope, sent: Sent, viewer: Viewer) -> dict[str, Any]:
        """The handler's arguments; or an error of the catalogue is raised."""
        self._gate.admit(viewer)
        arguments: dict[str, Any] = {}
        for (name, parse), value in zip(self._path, scope["path_values"], strict=True):
            if name == "system_ref" and parameters.is_me(value):
                arguments[name] = self._gate.me(viewer)
            else:
                arguments[name] = parse(value)
        if self._query:
            given = parameters.last_values(scope["query_string"])
            for name, parse, default in self._query:
                arguments[name] = parse(given[name]) if name in given else default
        if self._body:
            arguments["body"] = self._body(_json(scope, sent))
        for name, extra in self._extras:
            arguments[name] = extra(self, viewer, scope)
        return arguments

    def _told(self, error: Exception) -> ApiError:
        """What the client is told of an error."""
        if isinstance(error, ApiError):
            return error
        if isinstance(error, SystemGone):
            return Unauthorized()
        if isinstance(error, self._store.unavailable):
            # Behind the first line may be details, which quote rows.
            log.error("the database is unavailable: %s", str(error).partition("\n")[0] or type(error).__name__)
            return ServiceUnavailable()
        return unexpected(error)

    @property
    def guard(self) -> contract.EndpointGuard | None:
        """The privacy key that closes the operation to strangers."""
        return self._rules.privacy

    def server_url(self, scope: Scope) -> str:
        """The address that this server gives for itself: what the settings say, or where the request arrived."""
        return self._services.settings.provider_url or "{}://{}:{}".format(scope["scheme"], *scope["server"])


class Api(AsyncApi):
    """The operations of the contract, compiled."""

    def __init__(self, *arguments: Any, services: Services, **options: Any) -> None:
        self._services = services
        super().__init__(*arguments, **options)

    def make_operation(self, operation: AbstractOperation) -> Operation:
        """Compile one; Connexion has found its handler, and puts the module before the operation's id."""
        rules = OPERATIONS[operation.operation_id.rsplit(".", 1)[-1]]
        return Operation(rules, operation.function, self._services)


class Application(AsyncASGIApp):
    """Connexion's ASGI application with compiled operations; of one API, so that there is one place to look."""

    api_cls = Api

    def add_api(self, *arguments: Any, **options: Any) -> Api:
        """Compile the operations of the contract."""
        api: Api = super().add_api(*arguments, **options)
        self._compiled = api.operations
        return api

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Hand the request to the operation that the routing has found."""
        answer = self._compiled[scope[OPERATION]] if scope["type"] == "http" else super().__call__
        return answer(scope, receive, send)  # type: ignore[no-any-return]


# What a handler may ask for beside the parameters of the contract, by the name of its argument.
_EXTRAS: dict[str, Callable[[Operation, Viewer, Scope], Any]] = {
    "viewer": lambda operation, viewer, scope: viewer,
    "owner": lambda operation, viewer, scope: viewer.system,
    "guard": lambda operation, viewer, scope: operation.guard,
    "server_url": lambda operation, viewer, scope: operation.server_url(scope),
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


def _json(scope: Scope, sent: Sent) -> Any:
    if isinstance(sent, PayloadTooLarge):
        raise sent
    if not sent:
        raise BadRequest
    if not body.is_json(scope):
        raise UnsupportedMediaType
    try:
        return orjson.loads(sent)
    except orjson.JSONDecodeError:
        raise BadRequest from None
