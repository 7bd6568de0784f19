"""What was raised becomes an answer; nothing that Connexion, Starlette or Python say of it reaches a client."""

import logging
from typing import Any

from connexion.lifecycle import ConnexionRequest, ConnexionResponse
from connexion.middleware.exceptions import ExceptionMiddleware
from starlette.exceptions import HTTPException

from generated.errors import ERRORS, ApiError, InternalServerError
from handlers.request.answers import Receive, Scope, Send, body_of, send_error

log = logging.getLogger("pluralspec")

_BY_STATUS = {error.status: error for error in reversed(ERRORS.values()) if error.code == 0}
_RAISED = "pluralspec.raised"


class Errors(ExceptionMiddleware):
    """Connexion's middleware for exceptions, entered only once something was raised.

    Connexion's own builds a request object for every request, in case it fails. The handlers that an application adds
    with `add_error_handler` apply here as they do there.
    """

    def __init__(self, next_app: Any) -> None:
        super().__init__(_raise_again)
        self._next_app = next_app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._next_app(scope, receive, send)
        except ApiError as error:
            await send_error(send, error)
        except Exception as error:  # noqa: BLE001 - the handlers decide
            scope[_RAISED] = error
            await super().__call__(scope, receive, send)


async def _raise_again(scope: Scope, receive: Receive, send: Send) -> None:
    raise scope[_RAISED]


async def on_http_exception(request: ConnexionRequest, error: Exception) -> ConnexionResponse:
    """What Starlette refuses (a file that is not there, a method that is not served), in this API's words."""
    status = error.status_code if isinstance(error, HTTPException) else InternalServerError.status
    return _response(_BY_STATUS.get(status, InternalServerError)())


async def on_unexpected(request: ConnexionRequest, error: Exception) -> ConnexionResponse:
    """What nobody foresaw: logged, and told to nobody."""
    return _response(unexpected(error))


def unexpected(error: Exception) -> ApiError:
    """Log what nobody foresaw, and give the answer that tells nothing of it."""
    log.error("unexpected error", exc_info=error)
    return InternalServerError()


def _response(error: ApiError) -> ConnexionResponse:
    return ConnexionResponse(status_code=error.status, mimetype="application/json", body=body_of(error))
