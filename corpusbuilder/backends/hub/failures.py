"""What went wrong between us and the server, in words that say what to do next."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from corpusbuilder.backends.hub.address import TOKEN_ENV, HubAddress
from corpusbuilder.errors import BackendError

GOES_ON: Final = "the same command goes on: what the server has already is not sent again"
_PASSING: Final = frozenset({408, 425, 429})
_LASTING: Final = frozenset({501, 505, 507, 508})


class RefusedError(BackendError):
    """The server answered, and not with what was asked for."""

    def __init__(self, status: int, code: str, message: str, *, hint: str | None, wait_s: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.code = code
        """The Hub's own name for it, such as ``RevisionNotFound``; empty when it gave none."""
        self.wait_s = wait_s
        """Seconds after which the server wants to be asked again, if it said so."""

    @property
    def may_pass(self) -> bool:
        """Whether the same request can be answered in a moment."""
        return self.status in _PASSING or (self.status >= 500 and self.status not in _LASTING)

    @property
    def is_absence(self) -> bool:
        """Whether the server says that there is no such thing."""
        # Without a right to know, the Hub says 401 of what does not exist.
        return self.status in {404, 410} or (self.status == 401 and self.code in {"RepoNotFound", "RevisionNotFound"})

    @property
    def is_unknown_request(self) -> bool:
        """Whether the server does not know this kind of request at all."""
        return self.status in {405, 501} or (self.status == 404 and not self.code)


class LostError(BackendError):
    """No whole answer came, so that nobody knows whether the server did what it was asked."""

    def __init__(self, message: str, *, hint: str | None = None, is_late: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.is_late = is_late
        """Whether it was waited for in vain, for as long as one waits."""


def refusal(
    address: HubAddress, doing: str, status: int, headers: Mapping[str, str], *, body: bytes, wait_s: float | None
) -> RefusedError:
    """An answer with a status that means no."""
    code = headers.get("x-error-code", "")
    reason = address.words("; ".join(dict.fromkeys(_reasons(headers, body))))
    said = f"{reason} (status {status})" if reason else f"it answered with status {status}"
    message, hint = _explained(address, doing, status, said)
    if wait_s:
        hint = f"it asks to wait {wait_s:.0f} s; {GOES_ON}"
    return RefusedError(status, code, message, hint=hint, wait_s=wait_s)


def _explained(address: HubAddress, doing: str, status: int, said: str) -> tuple[str, str | None]:
    """What happened, and what to do."""
    url, token = address.endpoint, address.token_from
    settings = f"{url}/settings/tokens"
    message = f"{url} failed at {doing}: {said}"
    hint = GOES_ON if status >= 500 else None
    if status == 401:
        variable = token.removeprefix("the token in ") if token.startswith("the token in ") else TOKEN_ENV
        message = f"{url} does not accept {token} for {doing}: {said}"
        hint = f"make a token with the right to write at {settings} and export {variable}=…; {GOES_ON}"
    elif status == 403:
        message = f"{url} does not allow {doing} with {token}: {said}"
        hint = f"is the token for reading only, or {address.repo} somebody else's? Make one with the right to write at "
        hint += f"{settings}; {GOES_ON}"
    elif status in {404, 410}:
        message = f"{url} does not have what {doing} needs: {said}"
        hint = f"does {address.page} open in a browser?"
    elif status == 429:
        message, hint = f"{url} is asked too often while {doing}: {said}", f"wait a while; {GOES_ON}"
    elif 300 <= status < 400:
        message = f"{url} sends {doing} elsewhere, which is not followed with a token: {said}"
        hint = f"has {address.repo} another name now, or the server another address? Give that one"
    return message, hint


def lost(address: HubAddress, doing: str, words: str, *, is_late: bool = False) -> LostError:
    """Something was sent, or could not be, and no whole answer came."""
    return LostError(
        f"{address.endpoint} gave no whole answer to {doing}: {address.words(words)}",
        hint=f"when the server is there again, {GOES_ON}",
        is_late=is_late,
    )


def unreachable(address: HubAddress, words: str) -> LostError:
    """Nothing was sent."""
    return LostError(
        f"{address.endpoint} cannot be reached: {address.words(words)}",
        hint=f"is the address right, and the network there? Then {GOES_ON}",
    )


def not_a_hub(address: HubAddress, doing: str, what: str) -> BackendError:
    """An answer that the Hub does not give."""
    return BackendError(
        f"{address.endpoint} answers {doing} as the Hub does not: {address.words(what)}",
        hint="is --endpoint (or HF_ENDPOINT) the address of a server that speaks the Hub's protocol?",
    )


def _reasons(headers: Mapping[str, str], body: bytes) -> Iterator[str]:
    if headers.get("x-error-message"):
        yield headers["x-error-message"]
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return
    if isinstance(document, dict):
        for name in ("error", "error_description", "message", "errors"):
            yield from _texts(document.get(name))


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """The texts in it, not deeper than servers put them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict) and isinstance(value.get("message"), str):
        yield value["message"]
    elif isinstance(value, list):
        for item in value[:8]:
            if not isinstance(item, list):
                yield from _texts(item)
