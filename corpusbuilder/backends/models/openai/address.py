"""Where the endpoint is, what opens it, and how it is spoken of without giving that away."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from corpusbuilder.backends.http.secrets import Secrets
from corpusbuilder.backends.models.openai.options import OpenAIModelOptions
from corpusbuilder.errors import BackendError


@dataclass(frozen=True)
class Address:
    """An endpoint with its credentials."""

    shown: str
    """The base URL without user info and query: for messages."""
    url: str
    """The base URL without user info and query, as it was given: for requests."""
    model: str
    key_env: str
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    key: str | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: Secrets = field(default=Secrets(), repr=False)

    @property
    def is_openai(self) -> bool:
        """Whether this is OpenAI itself, which serves nobody without a key."""
        host = urlsplit(self.url).hostname or ""
        return host == "api.openai.com" or host.endswith(".api.openai.com")


def find_address(options: OpenAIModelOptions, environ: Mapping[str, str]) -> Address:
    """The endpoint of ``options`` with the secrets that ``environ`` holds for it.

    Raises:
        BackendError: a variable is not set, or cannot be sent.
    """
    parts = urlsplit(options.base_url)
    host = (parts.hostname or "").lower()
    netloc = f"[{host}]" if ":" in host else host
    if parts.port is not None:
        netloc += f":{parts.port}"
    url = urlunsplit((parts.scheme, netloc, parts.path.rstrip("/"), "", ""))
    headers = {name: _secret(environ, variable, url) for name, variable in options.headers_env.items()}
    if missing := [options.headers_env[name] for name, value in headers.items() if value is None]:
        raise BackendError(
            f"{url} needs {missing[0]}, which is not set", hint=f"set the environment variable {missing[0]}"
        )
    key = _secret(environ, options.api_key_env, url)
    sent = {name: value for name, value in headers.items() if value is not None}
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    secrets = Secrets.of((key, *sent.values()))
    address = Address(url, url, options.model, options.api_key_env, query, key, sent, secrets)
    if address.is_openai and key is None:
        raise BackendError(
            f"{url} wants a key, and {options.api_key_env} is not set",
            hint=f"set the environment variable {options.api_key_env}, or base_url to a server of your own",
        )
    return address


def _secret(environ: Mapping[str, str], variable: str, url: str) -> str | None:
    value = environ.get(variable, "").strip()
    if value and not (value.isascii() and value.isprintable()):
        raise BackendError(
            f"{variable} holds characters that cannot be sent to {url}", hint=f"set {variable} to the key alone"
        )
    return value or None
