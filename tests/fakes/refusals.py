"""Errors in OpenAI's shape, and ``Retry-After`` in its several forms."""

import math
import time
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

from fakes.options import Options

ERRORS: dict[str, tuple[int, str, str, str | None]] = {
    "429": (429, "Rate limit reached for requests", "requests", "rate_limit_exceeded"),
    "429_bare": (429, "Rate limit reached for requests", "requests", "rate_limit_exceeded"),
    "overload": (429, "Too many concurrent requests", "requests", "rate_limit_exceeded"),
    "quota": (429, "You exceeded your current quota", "insufficient_quota", "insufficient_quota"),
    "400_schema": (400, "Invalid schema for response_format", "invalid_request_error", "invalid_json_schema"),
    "400_context_length": (
        400,
        "This model's maximum context length is 8192 tokens",
        "invalid_request_error",
        "context_length_exceeded",
    ),
    "400_content_filter": (400, "The prompt was filtered", "invalid_request_error", "content_filter"),
    "401": (401, "Incorrect API key provided", "invalid_request_error", "invalid_api_key"),
    "key": (401, "Incorrect API key provided", "invalid_request_error", "invalid_api_key"),
    "402": (402, "Insufficient credits", "payment_required", "insufficient_credits"),
    "403": (
        403,
        "Your country or region is not supported",
        "request_forbidden",
        "unsupported_country_region_territory",
    ),
    "404_model": (
        404,
        "The model does not exist or you have no access to it",
        "invalid_request_error",
        "model_not_found",
    ),
    "413": (413, "The request is too large", "invalid_request_error", "request_too_large"),
    "500": (500, "The server had an error", "server_error", None),
    "503": (503, "The engine is overloaded", "server_error", None),
    "503_retry_after": (503, "The engine is overloaded", "server_error", None),
}
WITH_RETRY_AFTER = {"429", "overload", "503_retry_after"}


@dataclass(frozen=True)
class Reply:
    """What is to be sent."""

    status: int
    body: Any
    """JSON, or bytes as they are."""
    headers: dict[str, str]
    retry_after: float | None = None
    """Seconds, where the headers ask to wait."""


def refusal(kind: str, options: Options, key: str | None) -> Reply:
    """The answer for an error, which quotes the caller's key where the options say so."""
    status, message, error_type, code = ERRORS[kind]
    headers, seconds = retry_after(options) if kind in WITH_RETRY_AFTER else ({}, None)
    return Reply(status, error_body(quoting(message, options, key), error_type, code), headers, seconds)


def quoting(message: str, options: Options, key: str | None) -> str:
    """The message, with the key as sent if the server is careless."""
    return f"{message}: {key}." if options.echo_key and key else f"{message}."


def error_body(message: str, error_type: str, code: str | None, param: str | None = None) -> dict[str, Any]:
    """OpenAI's shape."""
    return {"error": {"message": message, "type": error_type, "param": param, "code": code}}


def retry_after(options: Options) -> tuple[dict[str, str], float | None]:
    """The header that asks to wait, and the seconds that it comes to."""
    seconds = options.retry_after
    if seconds is None:
        return {}, None
    if options.retry_after_as == "ms":
        return {"retry-after-ms": str(round(seconds * 1000))}, seconds
    if options.retry_after_as == "float":
        return {"Retry-After": str(seconds)}, seconds
    if options.retry_after_as == "date":
        now = time.time()
        until = math.ceil(now + seconds)
        return {"Retry-After": formatdate(until, usegmt=True)}, until - now
    return {"Retry-After": str(math.ceil(seconds))}, math.ceil(seconds)
