"""What can be set about an endpoint and a model on it."""

import hashlib
import re
from typing import Annotated, Any, Final, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, JsonValue, field_validator

from corpusbuilder.backends.models.base import Sampling
from corpusbuilder.backends.models.prices import Price
from corpusbuilder.backends.registry import Options
from corpusbuilder.records.ids import canonical_json


def _variable_name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_]\w*", value, re.ASCII):
        # What stands here may be the secret itself: it is not repeated.
        raise ValueError(
            "the name of an environment variable is wanted, such as OPENAI_API_KEY, and never the key itself"
        )
    return value


VariableName: TypeAlias = Annotated[str, AfterValidator(_variable_name)]
StructureMode: TypeAlias = Literal["json_schema", "structured_outputs", "json_object", "fenced"]
TokensField: TypeAlias = Literal["max_tokens", "max_completion_tokens"]

_OURS: Final = frozenset(
    {"model", "messages", "stream", "n", "response_format", "structured_outputs", "max_tokens", "max_completion_tokens"}
    | {"temperature", "top_p", "seed"}
)


class OpenAIModelOptions(Options):
    """A model behind an OpenAI-compatible endpoint."""

    # A base_url that is refused may hold a password, which pydantic would quote.
    model_config = ConfigDict(hide_input_in_errors=True)

    kind: Literal["openai"] = "openai"
    model: str = Field(min_length=1)
    """As the endpoint knows it."""
    base_url: str = "https://api.openai.com/v1"
    """What ``/chat/completions`` is appended to. A query, such as Azure's ``?api-version=…``, goes with every call."""
    api_key_env: VariableName = "OPENAI_API_KEY"
    """Name of the environment variable that holds the key. It may be unset, for servers without keys; OpenAI's own
    endpoint demands one."""
    headers_env: dict[str, VariableName] = Field(default_factory=dict)
    """Further headers whose values are secret: from the header's name to the name of an environment variable, such as
    ``{"api-key" = "AZURE_OPENAI_API_KEY"}``."""
    concurrency: int = Field(default=64, ge=1, le=1024)
    """Requests in flight at most; fewer while the endpoint says that they are too many."""
    timeout_s: float = Field(default=120, gt=0, allow_inf_nan=False)
    """For one attempt from connecting to the last byte."""
    max_retries: int = Field(default=6, ge=0, le=100)
    """Further attempts at a request that failed. Being told to wait is no failure while others are answered."""
    max_wait_s: float = Field(default=300, gt=0, allow_inf_nan=False)
    """Longest ``Retry-After`` that is waited for; the run stops at a longer one."""
    structured: Literal["auto", "json_schema", "structured_outputs", "json_object", "fenced"] = "auto"
    """How JSON is asked for. ``auto`` finds out with one to three small calls what the endpoint obeys."""
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int = Field(default=4096, ge=1)
    """Longest answer, reasoning included."""
    max_tokens_field: Literal["auto", "max_tokens", "max_completion_tokens"] = "auto"
    """What the endpoint calls it. ``auto`` begins with ``max_tokens``, which OpenAI's reasoning models refuse."""
    extra_body: dict[str, JsonValue] = Field(default_factory=dict)
    """Further fields of every request, such as vLLM's ``chat_template_kwargs``."""
    image_detail: Literal["auto", "low", "high"] | None = None
    """Left out when not set: not every server knows it."""
    max_image_side: int = Field(default=1536, ge=64, le=8192)
    """Pixels: larger images are scaled down before they are sent."""
    price: Price | None = None
    """What the model costs, when it is not in the price table or not right there."""

    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            _ = parts.port
        except ValueError:
            raise ValueError("not a URL") from None
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("a URL that begins with http:// or https:// is wanted")
        if parts.username is not None or parts.password is not None:
            raise ValueError(
                "keep passwords out of the URL: name an environment variable in api_key_env or headers_env"
            )
        return value

    @field_validator("extra_body")
    @classmethod
    def _leaves_ours_alone(cls, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        if taken := sorted(_OURS & value.keys()):
            raise ValueError(f"{', '.join(taken)} cannot be set here")
        return value

    def fingerprint(self) -> dict[str, Any]:
        """What answers depend on: not where the model is served, nor how fast and for how much."""
        kept = {"kind", "model", "structured", "temperature", "top_p", "max_tokens", "extra_body", "max_image_side"}
        return self.model_dump(mode="json", include=kept | {"image_detail"})

    @property
    def identity(self) -> str:
        """The model and what is set about it that a request does not say, such as ``gpt-4o+1f0a2b3c``."""
        fields = type(self).model_fields
        named = self.model_dump(mode="json", include={"extra_body", "max_image_side", "image_detail"})
        changed = {
            key: value for key, value in named.items() if value != fields[key].get_default(call_default_factory=True)
        }
        if not changed:
            return self.model
        return f"{self.model}+{hashlib.sha256(canonical_json(changed)).hexdigest()[:8]}"

    def sampling(self, seed: int | None = None) -> Sampling:
        """How requests for this model draw their answers; `OpenAIModel` obeys the request, not these options."""
        return Sampling(temperature=self.temperature, top_p=self.top_p, seed=seed, max_tokens=self.max_tokens)
