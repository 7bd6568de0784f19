"""The application: Connexion, with a request path that is compiled at start."""

from functools import partial
from typing import Any

from connexion.apps.abstract import AbstractApp
from starlette.exceptions import HTTPException

from handlers.request.answers import Receive, Scope, Send
from handlers.request.contract import CONTRACT
from handlers.request.documentation import Documentation
from handlers.request.errors import Errors, on_http_exception, on_unexpected
from handlers.request.logs import AccessLog
from handlers.request.metrics import Meter
from handlers.request.operation import Application, Services
from handlers.request.rate_limits import open_counter
from handlers.request.routing import Routing
from handlers.request.transport import Transport
from models import database, schema, systems
from models.compiled import compile_all
from models.database import Store
from models.keys import Verifier
from models.references import Reference
from models.settings import Settings
from models.signing import SigningKey


class App(AbstractApp):
    """Connexion's application interface, around the compiled operations."""

    def __init__(self, meter: Meter | None, access_log: AccessLog | None) -> None:
        self._middleware_app = Application()
        transport = partial(Transport, meter=meter, access_log=access_log)
        super().__init__(__name__, middlewares=[transport, Errors, Documentation, Routing])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Connexion builds the middlewares when it is called first, at start; later calls go straight to them."""
        built = self.middleware.middleware_stack is not None
        answer = self.middleware.app if built else super().__call__
        await answer(scope, receive, send)

    def add_error_handler(self, code_or_exception: Any, function: Any) -> None:
        """Answer an exception that was raised outside the operations."""
        self.middleware.add_error_handler(code_or_exception, function)


def create_app(settings: Settings | None = None, meter: Meter | None = None) -> Any:
    """The assembled application for an ASGI server, on the database that the settings name.

    Raises what `open_services` does. Connexion compiles the operations when the server starts the
    application (ASGI's lifespan), so a broken contract stops the start and no first request is slow.
    """
    settings = settings or Settings.from_env()
    services = open_services(settings)
    app = App(meter, AccessLog() if settings.access_log else None)
    app.add_api(CONTRACT, services=services)
    app.add_error_handler(HTTPException, on_http_exception)
    app.add_error_handler(Exception, on_unexpected)
    return app


def open_services(settings: Settings) -> Services:
    """What the operations of this process share. Raises SettingError, DatabaseUnusable and the like, one line each."""
    store = database.connect(settings.database, connections=settings.pool, patience=settings.patience)
    schema.migrate()
    compile_all()
    services = _services(settings, store)
    store.release()
    return services


def _services(settings: Settings, store: Store) -> Services:
    def find_system(ref: Reference) -> int | None:
        with store.session():
            return systems.find(ref)

    counter = open_counter(settings, find_system, threads=store.blocking)
    if counter:
        counter.clients.rates.look_up()
    return Services(
        settings=settings,
        store=store,
        verifier=Verifier(SigningKey(settings.signing_key or settings.beside_data("signing-key"))),
        counter=counter,
    )
