"""Reads a chat completion: the answer, the reasoning beside it, and how it ended."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from corpusbuilder.backends.models.steps import cut_into_steps

Finish: TypeAlias = Literal["stop", "length", "refusal", "content_filter"]

_FINISHES: Final[Mapping[str, Finish]] = {
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "content_filter",
    "safety": "content_filter",
    "refusal": "refusal",
}
_OPENED: Final = re.compile(r"\s*(?:<(think|thinking|thought)>|\[(THINK)\])", re.IGNORECASE)
_CLOSED: Final = re.compile(r"</(?:think|thinking|thought)>|\[/THINK\]", re.IGNORECASE)
_FENCE: Final = re.compile(r"```[\w-]*[ \t]*\n(.*)\n?[ \t]*```", re.DOTALL)
_DECODER: Final = json.JSONDecoder()
_MOST_BRACES: Final = 64
"""Braces in prose that are looked at before an answer counts as prose."""


class NotACompletionError(ValueError):
    """The body is not a chat completion."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model said."""

    text: str
    """The answer, without reasoning and without the fence around its JSON."""
    reasoning: str | None
    """What a reasoning model thought before it answered; None when it did not say."""
    finish: Finish
    refusal: str = ""
    """Its words of refusal, or the filter's."""


def read_completion(body: bytes) -> Completion:
    """The first choice of a completion as the endpoint sent it.

    Raises:
        NotACompletionError: ``body`` is no such thing.
    """
    choice = first_choice(read_body(body))
    message = choice["message"]
    content, thoughts = _content(message.get("content"))
    finish = _FINISHES.get(str(choice.get("finish_reason")).lower(), "stop")
    thought, text = _without_thoughts(content)
    said = [thoughts, *(_text(message.get(name)) for name in ("reasoning_content", "reasoning")), thought]
    # Some servers send both fields with the same words.
    reasoning = "\n\n".join(dict.fromkeys(part.strip() for part in said if part.strip()))
    refusal = _text(message.get("refusal")).strip()
    if refusal:
        finish = "refusal"
    elif finish == "content_filter":
        refusal = _filtered(choice)
    text = text.strip() if finish == "length" else _without_wrapping(text.strip())
    return Completion(text=text, reasoning=reasoning or None, finish=finish, refusal=refusal)


def read_body(body: bytes) -> dict[str, Any]:
    """The JSON object in ``body``.

    Raises:
        NotACompletionError: there is none.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise NotACompletionError(f"not JSON: {_beginning(body)}") from None
    if not isinstance(document, dict):
        raise NotACompletionError(f"not a JSON object: {_beginning(body)}")
    return document


def first_choice(document: Mapping[str, Any]) -> dict[str, Any]:
    """The first choice of a completion; it has a message, of which something is said.

    Raises:
        NotACompletionError: ``document`` is no completion.
    """
    choices = document.get("choices")
    if not isinstance(choices, list) or not choices:
        raise NotACompletionError("it has no choices")
    choice = choices[0]
    if not isinstance(choice, dict) or not isinstance(message := choice.get("message"), dict):
        raise NotACompletionError("its first choice has no message")
    if not isinstance(message.get("content"), str | list | None):
        raise NotACompletionError("the content of its message is no text")
    if not message.keys() & {"content", "refusal", "reasoning_content", "reasoning", "tool_calls"}:
        raise NotACompletionError("its message has no content")
    return choice


def reasoning_steps(reasoning: str) -> tuple[str, ...]:
    """A trace of reasoning cut into its steps. Apart from blanks, the steps are the trace, in order.

    Numbered steps are cut where they are numbered. Other traces, English or French, are cut at blank lines and at
    sentences that begin a new thought.
    """
    return tuple(cut_into_steps(reasoning))


def _beginning(body: bytes) -> str:
    return repr(body[:60].decode("utf-8", "replace"))


def _text(value: object) -> str:
    """Text that can be written as UTF-8; the empty string for anything else."""
    if not isinstance(value, str):
        return ""
    try:
        value.encode()
    except UnicodeEncodeError:
        # JSON can spell half a surrogate pair, and models that cut an emoji do.
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def _content(content: object) -> tuple[str, str]:
    """The text of a content, and the thoughts among its parts (Mistral)."""
    if not isinstance(content, list):
        return _text(content), ""
    text: list[str] = []
    thoughts: list[str] = []
    for part in content:
        if isinstance(part, str):
            text.append(_text(part))
        elif isinstance(part, dict) and part.get("type") == "thinking":
            thoughts.append("".join(_content(part.get("thinking"))))
        elif isinstance(part, dict):
            text.append(_text(part.get("text")))
    return "".join(text), "".join(thoughts)


def _without_thoughts(content: str) -> tuple[str, str]:
    """What stands between think tags before the answer, and the rest."""
    thoughts: list[str] = []
    rest = content
    while opened := _OPENED.match(rest):
        closed = _CLOSED.search(rest, opened.end())
        if closed is None:
            return "\n\n".join([*thoughts, rest[opened.end() :]]), ""
        thoughts.append(rest[opened.end() : closed.start()])
        rest = rest[closed.end() :]
    # Templates that open the thought in the prompt, as DeepSeek's do, leave the closing tag alone.
    if not rest.lstrip().startswith(("{", "```")) and (closed := _CLOSED.search(rest)):
        thoughts.append(rest[: closed.start()])
        rest = rest[closed.end() :]
    return "\n\n".join(thoughts), rest


def _without_wrapping(text: str) -> str:
    """The one JSON object in a text, without fence and prose; the text itself when there is not exactly one."""
    if text.startswith("{") and text.endswith("}"):
        return text
    fenced = _FENCE.fullmatch(text)
    if fenced and "```" not in fenced[1]:
        return fenced[1].strip()
    found = list(_objects(text))
    return found[0] if len(found) == 1 else text


def _objects(text: str) -> Iterator[str]:
    """The outermost JSON objects in a text; all of them or, when one is broken, none after it."""
    at = text.find("{")
    for _ in range(_MOST_BRACES):
        if at < 0:
            return
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            if text[at + 1 :].lstrip()[:1] in {'"', "}"}:
                # A broken object. What lies inside is a part of the answer, not the answer.
                return
            end = at + 1
        else:
            if value:
                yield text[at:end]
        at = text.find("{", end)


def _filtered(choice: Mapping[str, Any]) -> str:
    """What the filter objected to, as Azure says it."""
    results = choice.get("content_filter_results")
    if not isinstance(results, dict):
        return ""
    return ", ".join(name for name, result in results.items() if isinstance(result, dict) and result.get("filtered"))
