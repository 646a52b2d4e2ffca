"""What a reply means: an answer, a reason to try again, the end of this request, or the end of the run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final, Literal, TypeAlias

from corpusbuilder.backends.http.waiting import retry_after
from corpusbuilder.backends.models.completion import NotACompletionError, first_choice, read_body
from corpusbuilder.backends.models.openai.errorbody import ErrorBody, read_error
from corpusbuilder.backends.models.openai.transport import NoReply, Reply, Trouble

Parameter: TypeAlias = Literal["structure", "max_tokens", "seed"]


class Fate(Enum):
    """What becomes of a request after an attempt."""

    ANSWERED = auto()
    BUSY = auto()
    """429, or 420 of some gateways: there were too many."""
    FAILED = auto()
    """The endpoint is in trouble, or what it sent makes no sense."""
    LOST = auto()
    """No reply."""
    TOO_LONG = auto()
    """The context of the model is too small for this request."""
    FILTERED = auto()
    """A filter declined it."""
    REFUSED = auto()
    """The endpoint does not like this request, for a reason that may lie in it."""
    PARAMETER = auto()
    """The endpoint does not know a parameter that it can be spared."""
    UNAUTHORISED = auto()
    UNPAID = auto()
    NO_MODEL = auto()
    NO_IMAGES = auto()
    SETTING = auto()
    """The endpoint refuses a setting that goes with every request."""
    MOVED = auto()
    UNREACHABLE = auto()
    """There is no such host, or it is not who it says it is."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an attempt came to."""

    fate: Fate
    words: str = ""
    """What the endpoint says, as it came; not fit to be shown before it is scrubbed."""
    document: Mapping[str, Any] | None = None
    """The completion, when answered."""
    parameter: Parameter | None = None
    retry_after: float | None = None
    """Seconds."""
    trouble: Trouble | None = None
    """Why there was no reply."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """When one of the codes or the pattern is found, and the status is among those named, this is the fate."""

    fate: Fate
    statuses: frozenset[int] = frozenset()
    """Statuses that are enough by themselves."""
    codes: frozenset[str] = frozenset()
    words: re.Pattern[str] | None = None
    words_with: frozenset[int] = frozenset({400, 422})
    """Statuses for which words and codes count; a server's words on 5xx are no promise."""
    unless: frozenset[str] = frozenset()
    """Codes beside which the words mean something else."""
    parameter: Parameter | None = None


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_REFUSING: Final = frozenset({400, 401, 402, 403, 413, 422, 429})
_RULES: Final = (
    _Rule(
        Fate.UNPAID,
        statuses=frozenset({402}),
        codes=frozenset(
            {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "insufficient_balance"}
            | {"insufficient_user_quota", "exceeded_current_quota_error", "insufficient_credits", "arrearage"}
            | {"budget_exceeded", "payment_required"}
        ),
        words=_words(
            r"insufficient (?:balance|credits?|funds|quota)",
            r"credit balance is too low",
            r"\bout of (?:[\w-]+ ){0,3}(?:credits?|quota|funds)\b",
            r"\bno (?:more )?(?:credits?|funds)\b",
            r"(?:exceeded|used up) your current quota",
            r"budget (?:has been |was |is )?(?:exceeded|exhausted|used up)",
            r"\b(?:billing|spend|spending|monthly|credit|key) (?:\w+ )?limit (?:has been )?(?:reached|exceeded)",
        ),
        words_with=_REFUSING,
        # Gemini says so of its limit for a minute, too.
        unless=frozenset({"resource_exhausted"}),
    ),
    _Rule(
        Fate.TOO_LONG,
        codes=frozenset({"context_length_exceeded", "exceed_context_size_error", "string_above_max_length"}),
        words=_words(
            r"(?:maximum|max|model'?s?) context (?:length|size|window)",
            r"(?:exceeds?|larger than|longer than)\b.{0,60}\b(?:context|maximum model length|max_model_len)",
            r"prompt is too long",
            r"too many (?:input |prompt )?tokens",
            r"too large for model with \d+ maximum context length",
        ),
        words_with=frozenset({400, 413, 422, 500}),
    ),
    _Rule(
        Fate.FILTERED,
        codes=frozenset(
            {"content_filter", "content_policy_violation", "responsibleaipolicyviolation", "moderation_blocked"}
            | {"data_inspection_failed", "datainspectionfailed"}
        ),
        words=_words(
            r"content management policy", r"content policy", r"was flagged", r"safety system", r"inappropriate content"
        ),
        words_with=frozenset({400, 403, 422}),
    ),
    _Rule(
        Fate.UNAUTHORISED,
        statuses=frozenset({401, 403, 407}),
        codes=frozenset({"invalid_api_key", "authentication_error"}),
        words=_words(r"(?:incorrect|invalid|missing) api.?key", r"api.?key (?:is )?(?:not valid|invalid|missing)"),
    ),
    _Rule(
        Fate.NO_MODEL,
        statuses=frozenset({404, 405, 410}),
        codes=frozenset({"model_not_found", "invalid_model", "unknown_model", "deploymentnotfound"}),
        words=_words(r"invalid model\b", r"\bmodel\b.{0,100}\b(?:does not exist|not found|not exist)"),
    ),
    _Rule(Fate.BUSY, statuses=frozenset({420, 429})),
    # 421 and 499 come from proxies: a connection they could not use, and one that was closed on them.
    _Rule(Fate.FAILED, statuses=frozenset({408, 409, 421, 425, 499})),
    _Rule(
        Fate.PARAMETER,
        words=_words(
            r"\bmax_tokens\b.{0,80}(?:not supported|not permitted|unrecogni|unknown|unexpected)",
            r"(?:unrecogni|unknown|unexpected|unsupported).{0,60}\bmax_tokens\b",
            r"use .{0,3}max_completion_tokens",
        ),
        parameter="max_tokens",
    ),
    _Rule(
        Fate.PARAMETER,
        codes=frozenset({"response_format", "invalid_json_schema", "structured_outputs", "json_schema"}),
        words=_words(
            r"response_format",
            r"json[_ ]schema",
            r"structured[_ ]outputs?",
            r"json[_ ](?:mode|object)",
            r"invalid schema",
            r"guided[_ ](?:json|decoding)",
            r"\bgrammar\b.{0,40}(?:support|error|fail|invalid)",
            r"(?:parse|compil|support|invalid|unable).{0,40}\bx?grammar",
        ),
        parameter="structure",
    ),
    _Rule(
        Fate.PARAMETER,
        words=_words(
            r"\bseed\b.{0,60}(?:support|unknown|unrecogni|not permitted|extra|invalid|unexpected)",
            r"(?:support|unknown|unrecogni|extra|unexpected).{0,60}\bseed\b",
        ),
        parameter="seed",
    ),
    _Rule(
        Fate.SETTING,
        codes=frozenset({"unsupported_parameter", "unsupported_value", "unknown_parameter", "extra_forbidden"}),
        words=_words(
            r"(?:temperature|top_p)\b.{0,60}(?:support|must be|only|between|invalid)",
            r"max(?:_completion)?_tokens\b.{0,20}(?:is )?too large",
            r"unrecognized request argument",
            r"unknown (?:parameter|field|name)",
        ),
    ),
    _Rule(
        Fate.NO_IMAGES,
        words=_words(
            r"(?:not|n't) (?:support|accept|have)\w* (?:image|vision|multi-?modal)",
            r"images? (?:inputs? )?(?:is|are) not supported",
            r"not a multi-?modal model",
            r"at most 0 image",
            r"image_url is only supported",
            r"expected .?text.?, (?:got|found) .?image_url",
            r"unknown variant .?image_url",
            r"missing data required for image input",
        ),
        words_with=frozenset({400, 422, 500}),
    ),
)


def judge(outcome: Reply | NoReply) -> Verdict:
    """What an attempt came to."""
    if isinstance(outcome, NoReply):
        fate = Fate.UNREACHABLE if outcome.trouble in {"unresolved", "certificate"} else Fate.LOST
        return Verdict(fate, outcome.words, trouble=outcome.trouble)
    if 200 <= outcome.status < 300:
        return _judge_answer(outcome)
    if 300 <= outcome.status < 400:
        target = outcome.headers.get("location", "").partition("?")[0]
        return Verdict(Fate.MOVED, target)
    return _judge_error(outcome, outcome.status, read_error(outcome.body))


def _judge_answer(reply: Reply) -> Verdict:
    try:
        document = read_body(reply.body)
        choice = first_choice(document)
    except NotACompletionError as problem:
        error = read_error(reply.body)
        if error.status is not None:
            return _judge_error(reply, error.status, error)
        return Verdict(
            Fate.FAILED, f"HTTP 200 without a chat completion: {problem}", retry_after=retry_after(reply.headers)
        )
    if choice.get("finish_reason") == "error":
        return Verdict(Fate.FAILED, f"the completion ended in an error: {read_error(reply.body).message}")
    return Verdict(Fate.ANSWERED, document=document)


def _judge_error(reply: Reply, status: int, error: ErrorBody) -> Verdict:
    said = f"HTTP {status}: {error.message}" if error.message else f"HTTP {status}"
    wait = retry_after(reply.headers)
    for rule in _RULES:
        if _applies(rule, status, error):
            return Verdict(rule.fate, said, parameter=rule.parameter, retry_after=wait)
    fate = Fate.REFUSED if 400 <= status < 500 else Fate.FAILED
    return Verdict(fate, said, retry_after=wait)


def _applies(rule: _Rule, status: int, error: ErrorBody) -> bool:
    if status in rule.statuses:
        return True
    if status not in rule.words_with or rule.unless & error.codes:
        return False
    return bool(rule.codes & error.codes) or (rule.words is not None and rule.words.search(error.message) is not None)
