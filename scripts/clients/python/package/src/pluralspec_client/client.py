"""The connection to the API: who is asking, where, and what happens past the rate limits."""

import asyncio
import time
from types import TracebackType
from typing import Any, Self

import httpx

from .errors import PluralKitError

LOCAL = "http://127.0.0.1:8000/v2"
"""Your own server, as `pluralspec serve` starts it."""
PRODUCTION = "https://api.pluralkit.me/v2"
"""The reference service."""
ATTEMPTS = 10


class PluralKit:
    """What every operation needs first. Failures are a `PluralKitError`; rate limits are waited for."""

    def __init__(
        self,
        *,
        base_url: str = LOCAL,
        token: str | None = None,
        user_agent: str = "pluralspec-client/0.0.0 (Python)",
        timeout: float = 30,
    ) -> None:
        """The token is a system token, or an API key with `Bearer ` before it; without one, you see what is public."""
        headers = {"User-Agent": user_agent} | ({"Authorization": token} if token else {})
        self._settings: dict[str, Any] = {"base_url": base_url, "headers": headers, "timeout": timeout}
        self._client: httpx.Client | None = None
        self._async_client: httpx.AsyncClient | None = None

    def send(self, request: dict[str, Any]) -> httpx.Response:
        """Send what an operation asks for."""
        if self._client is None:
            self._client = httpx.Client(**self._settings)
        response = self._client.request(**request)
        for _ in range(ATTEMPTS - 1):
            if response.status_code != httpx.codes.TOO_MANY_REQUESTS:
                break
            time.sleep(_seconds(response))
            response = self._client.request(**request)
        return _checked(response)

    async def send_async(self, request: dict[str, Any]) -> httpx.Response:
        """The same, without blocking."""
        if self._async_client is None:
            self._async_client = httpx.AsyncClient(**self._settings)
        response = await self._async_client.request(**request)
        for _ in range(ATTEMPTS - 1):
            if response.status_code != httpx.codes.TOO_MANY_REQUESTS:
                break
            await asyncio.sleep(_seconds(response))
            response = await self._async_client.request(**request)
        return _checked(response)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            self._client.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._async_client is not None:
            await self._async_client.aclose()


def _checked(response: httpx.Response) -> httpx.Response:
    if not response.is_success:
        raise PluralKitError(response)
    return response


def _seconds(response: httpx.Response) -> float:
    """How long to wait: `Retry-After` is in seconds, `retry_after` in the body in milliseconds."""
    if (said := response.headers.get("Retry-After", "")).isdecimal():
        return float(said)
    try:
        return float(response.json()["retry_after"]) / 1000
    except (KeyError, TypeError, ValueError):
        return 1.0
