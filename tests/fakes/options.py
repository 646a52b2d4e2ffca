"""What the fake endpoint can be told to do."""

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

REFUSED_AT_ONCE = {
    "429": "with Retry-After as the options say",
    "429_bare": "without any Retry-After",
    "quota": "429 with the code insufficient_quota",
    "400_schema": "the schema of response_format is invalid",
    "400_context_length": "the prompt is too long",
    "400_content_filter": "Azure: the prompt was filtered",
    "401": "wrong key",
    "402": "no credits",
    "403": "not allowed",
    "404_model": "no such model",
    "413": "the body is too large",
}
FAILED_LATER = {
    "500": "server error",
    "503": "overloaded, no Retry-After",
    "503_retry_after": "overloaded, with Retry-After",
    "502_html": "a proxy's HTML error page",
}
BROKEN = {
    "reset": "TCP reset instead of an answer",
    "hang": "no answer at all",
    "truncated": "the connection closes in the middle of the body",
    "short_length": "Content-Length states half of the body",
    "slow_body": "the body comes one byte at a time",
}
MISSHAPEN = {
    "not_json": "200 with HTML",
    "wrong_keys": "200 with JSON that is no completion",
    "empty_choices": "a completion without choices",
    "null_content": "a message without content",
    "malformed": "content that is no JSON, or breaks the schema",
    "length": "content cut off, finish_reason length",
    "refusal": "message.refusal is set",
    "content_filter": "content cut off, finish_reason content_filter",
}
KINDS = REFUSED_AT_ONCE | FAILED_LATER | BROKEN | MISSHAPEN


@dataclass(frozen=True)
class Fault:
    """What goes wrong and for which requests: a share of the contents, or a schedule by request number."""

    kind: str
    share: float = 1.0
    """Of the distinct contents, chosen by hash; shares of several faults do not overlap."""
    times: float | None = None
    """How often the same content fails before it is answered; ``math.inf``: always. None: the endpoint's default."""
    at: Iterable[int] = ()
    """Numbers of the requests to this path, from 1. Replaces ``share``."""
    after: int | None = None
    """Every request to this path after so many. Replaces ``share``."""
    path: str = "/chat/completions"
    """How the path must end; the empty string means any."""
    when: Callable[[Mapping[str, Any]], bool] | None = None
    """Only bodies for which this is true."""

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; known: {', '.join(KINDS)}")
        object.__setattr__(self, "at", frozenset(self.at))

    @property
    def scheduled(self) -> bool:
        return bool(self.at) or self.after is not None

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """``KIND[:SHARE][:times=N|always][:at=1,2][:after=N][:path=/v1/batches]``, as on the command line."""
        kind, *parts = text.split(":")
        values: dict[str, Any] = {}
        for part in parts:
            name, equals, value = part.partition("=")
            if not equals:
                values["share"] = float(part)
            elif name == "at":
                values["at"] = [int(number) for number in value.split(",")]
            elif name == "times":
                values["times"] = math.inf if value == "always" else int(value)
            elif name == "after":
                values["after"] = int(value)
            elif name == "path":
                values["path"] = value
            else:
                raise ValueError(f"unknown part {part!r} in fault {text!r}")
        return cls(kind, **values)


@dataclass(frozen=True)
class Options:
    """All that the endpoint can be told; it may be changed while it runs."""

    seed: int = 0
    latency: float = 0.2
    """Seconds before a completion is answered. Refusals (4xx) come at once."""
    jitter: float = 0.0
    """The latency varies by up to this share of itself, up and down, by content."""
    faults: tuple[Fault | tuple[str, float], ...] = ()
    faults_per_request: float = 1
    """How often the same content fails before it is answered; ``math.inf``: always."""
    retry_after: float | None = 1.0
    """Seconds; None: the header is absent."""
    retry_after_as: str = "integer"
    """``integer``, ``float``, ``date`` (HTTP date, rounded up to whole seconds) or ``ms`` (``retry-after-ms``)."""
    admits: int | None = None
    """Completions served at the same time; more get 429."""
    api_key: str | None = None
    """The key demanded; None: any, or none."""
    echo_key: bool = False
    """Errors quote the key that was sent, as careless servers do."""
    models: tuple[str, ...] = ("fake-vlm",)
    """Listed by ``/v1/models``; a completion may name any model."""
    structured: str = "json_schema"
    """``json_schema``, ``json_object``, ``vllm`` (its own fields), ``ignored`` or ``refused``."""
    refuses: tuple[str, ...] = ()
    """Fields of the body that get 400, such as ``max_tokens`` by reasoning models."""
    answer: Callable[[dict[str, Any]], str] | None = None
    """The content for a request's body, instead of a generated one."""
    reasoning: str = "none"
    """``none``, ``reasoning_content`` or ``reasoning`` (fields of the message), ``think`` (prefix of the content)."""
    fenced: bool = False
    """JSON comes inside a fence of three backquotes."""
    tokens_per_image: int = 512
    cached_tokens: int | None = None
    """Tokens that the prefix cache holds, the least recently used go first; None: without limit."""
    counts: float | None = 1.0
    """How many times the real number of tokens is stated as usage; None: no usage is stated."""
    drip: float = 0.01
    """Seconds between two bytes of a slow body."""
    keep_bodies: bool = False
    """The log keeps a copy of every body and of the headers, less the key."""
    batch_polls: int = 2
    """A batch is in progress for so many looks at it, then ends."""
    batch_seconds: float = 0.0
    """A batch does not end before so many seconds."""
    batch_expires: float | None = None
    """The batch expires with this share of its lines done."""

    def __post_init__(self):
        faults = (f if isinstance(f, Fault) else Fault(*f) for f in self.faults)
        object.__setattr__(self, "faults", tuple(faults))
        allowed = {
            "structured": {"json_schema", "json_object", "vllm", "ignored", "refused"},
            "reasoning": {"none", "reasoning_content", "reasoning", "think"},
            "retry_after_as": {"integer", "float", "date", "ms"},
        }
        for name, values in allowed.items():
            if getattr(self, name) not in values:
                raise ValueError(f"{name} must be one of {', '.join(sorted(values))}")


@dataclass
class Call:
    """One request for which a fault may be due."""

    path: str
    number: int
    """Of the requests to this path, from 1."""
    asked: str
    """Digest of what is asked: for a completion its model and messages, without sampling parameters."""
    body: dict[str, Any] = field(default_factory=dict)


def due_fault(options: Options, call: Call, failed_before: int) -> str | None:
    """The fault for this request; the same for the same content, whatever the order of requests.

    Args:
        options: of the endpoint.
        call: the request.
        failed_before: how often this content failed already.
    """
    faults = [f for f in options.faults if call.path.endswith(f.path) and (f.when is None or f.when(call.body))]
    for fault in faults:
        if fault.scheduled and (call.number in fault.at or (fault.after is not None and call.number > fault.after)):
            return fault.kind
    position = fraction(options.seed, "fault", call.asked)
    for fault in faults:
        if fault.scheduled:
            continue
        if position < fault.share:
            times = options.faults_per_request if fault.times is None else fault.times
            return fault.kind if failed_before < times else None
        position -= fault.share
    return None


def latency_of(options: Options, call: Call, failed_before: int) -> float:
    """Seconds that a completion takes."""
    swing = 2 * fraction(options.seed, "latency", call.asked, failed_before) - 1
    return options.latency * (1 + options.jitter * swing)


def fraction(*parts: object) -> float:
    """A number in [0, 1) that depends on the parts only."""
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:6], "big") / 2**48
