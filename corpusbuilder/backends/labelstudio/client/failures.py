"""What went wrong between us and a server, in words that say what to do next."""

import json
from collections.abc import Iterator
from typing import Any, Final

from corpusbuilder.backends.labelstudio.client.address import Address
from corpusbuilder.errors import BackendError

_GOES_ON: Final = "the same command goes on from what the server has"
_DEEPEST: Final = 5


class RefusedError(BackendError):
    """The server answered, and not with what was asked for."""

    def __init__(
        self, status: int, message: str, *, hint: str | None = None, is_from_label_studio: bool = False
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.is_from_label_studio = is_from_label_studio
        """Whether Label Studio says so, and not something before it or in its place."""


class LostError(BackendError):
    """No answer came, so that nobody knows whether the server did what it was asked."""


def refusal(address: Address, doing: str, status: int, body: bytes) -> RefusedError:
    """An answer with a status that means no."""
    document = _document(body)
    reason = _reason(address, document)
    said = f"{reason} (status {status})" if reason else f"it answered with status {status}"
    message, hint = _explained(address, doing, status, said)
    return RefusedError(status, message, hint=hint, is_from_label_studio="status_code" in document)


def _explained(address: Address, doing: str, status: int, said: str) -> tuple[str, str | None]:
    """What happened, and what to do."""
    url, key = address.url, f"the key in {address.api_key_env}"
    if status == 401:
        hint = (
            f"copy a token from {url}/user/account (Personal Access Token, or Legacy Token) and "
            f"export {address.api_key_env}=…"
        )
        return f"{url} does not accept {key}: {said}", hint
    if status == 403:
        hint = f"ask an administrator of {url}, or set {address.api_key_env} to the key of somebody who may"
        return f"{url} does not allow {doing} with {key}: {said}", hint
    if status == 404:
        return f"{url} does not have what {doing} needs: {said}", _place(address)
    if status == 429:
        return f"{url} is asked too often while {doing}: {said}", f"wait a while; {_GOES_ON}"
    if status in {502, 503, 504}:
        hint = f"the server is down or starting; when {url} opens in a browser, {_GOES_ON}"
        return f"{url} cannot be reached behind its gateway while {doing}: {said}", hint
    return f"{url} failed at {doing}: {said}", f"see the server's own log; {_GOES_ON}" if status >= 500 else None


def redirected(address: Address, status: int, target: str) -> RefusedError:
    """An answer that sends us elsewhere. Nobody else may see the key, so nobody follows it."""
    return RefusedError(
        status,
        f"{address.url} sends requests on to {address.words(target) or 'nowhere'}, which is not followed with a key",
        hint=f"if that is your Label Studio: export {address.url_env}={address.words(target) or '…'}",
    )


def not_label_studio(address: Address, doing: str) -> BackendError:
    """An answer that Label Studio does not give."""
    return BackendError(
        f"{address.url} answers {doing} with something that Label Studio does not say", hint=_place(address)
    )


def unreachable(address: Address, words: str) -> BackendError:
    """Nothing was sent."""
    return BackendError(
        f"{address.url} cannot be reached: {address.words(words)}",
        hint=f"is it running, and is {address.url_env} right? `corpusbuilder review serve` starts one of your own",
    )


def lost(address: Address, doing: str, words: str, *, wrote: bool) -> LostError:
    """Something was sent, and no whole answer came."""
    doubt = "; whether it was done is not known" if wrote else ""
    return LostError(
        f"{address.url} gave no whole answer to {doing}: {address.words(words)}{doubt}",
        hint=f"when the server is there again, {_GOES_ON}",
    )


def _document(body: bytes) -> dict[str, Any]:
    """An answer in JSON; pages in HTML say nothing."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _reason(address: Address, document: dict[str, Any]) -> str:
    details = document.get("validation_errors") or document.get("detail")
    return address.words("; ".join(dict.fromkeys(_texts(details, _DEEPEST))))


def _texts(value: Any, depth: int) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if depth == 0:
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value[:8]:
            yield from _texts(item, depth - 1)
    elif isinstance(value, dict):
        for name, item in list(value.items())[:8]:
            place = "" if name in {"detail", "non_field_errors"} else f"{name}: "
            yield from (place + text for text in _texts(item, depth - 1))


def _place(address: Address) -> str:
    return f"does {address.url} open Label Studio in a browser? If not, set {address.url_env} to what does"
