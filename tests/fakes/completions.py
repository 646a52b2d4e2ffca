"""Chat completions: content, reasoning, usage, and what may be wrong with them."""

import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any

from fakes.options import Call, Options, fraction
from fakes.schema_values import schema_in_text, sentence, strictness_error, value_for

BLOCK = 16
"""Tokens of a block of the prefix cache, of which only whole ones are reused."""
CHARACTERS_PER_TOKEN = 4


class RefusedError(Exception):
    """The request itself is at fault: the server answers 400."""

    def __init__(self, message: str, param: str, code: str | None = None):
        super().__init__(message)
        self.param = param
        self.code = code


class PrefixCache:
    """Which prefixes were seen, block by block, as in servers with a paged cache."""

    def __init__(self):
        self._blocks: OrderedDict[int, None] = OrderedDict()

    def lookup(self, tokens: list[str], limit: int | None) -> int:
        """How many of the first tokens an earlier prompt shared; the whole prompt is then kept for later ones."""
        shared, hit, chain = 0, True, 0
        for start in range(0, len(tokens) - BLOCK + 1, BLOCK):
            chain = hash((chain, *tokens[start : start + BLOCK]))
            hit = hit and chain in self._blocks
            shared += BLOCK * hit
            self._blocks[chain] = None
            self._blocks.move_to_end(chain)
        while limit is not None and len(self._blocks) * BLOCK > limit:
            self._blocks.popitem(last=False)
        return shared


class Completions:
    """Answers requests; remembers prompts only for its prefix cache."""

    def __init__(self):
        self._cache = PrefixCache()

    def answer(self, options: Options, call: Call, fault: str | None) -> dict[str, Any]:
        """The body of a 200 answer.

        Raises:
            RefusedError: if the request asks for what this server does not take.
        """
        check(call.body)
        for name in options.refuses:
            if name in call.body:
                message = f"Unsupported parameter: '{name}' is not supported with this model"
                raise RefusedError(message, name, "unsupported_parameter")
        schema = wanted_schema(options, call.body)
        tokens = list(prompt_tokens(call.body["messages"], options.tokens_per_image))
        cached = self._cache.lookup(tokens, options.cached_tokens)
        choice = misshapen(make_choice(options, call, schema), fault, call)
        written = len(json.dumps(choice["message"], ensure_ascii=False)) // CHARACTERS_PER_TOKEN
        return {
            "id": f"chatcmpl-{call.asked[:12]}-{call.number}",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": call.body["model"],
            "choices": [] if fault == "empty_choices" else [choice],
            "usage": {
                "prompt_tokens": len(tokens),
                "completion_tokens": written,
                "total_tokens": len(tokens) + written,
                "prompt_tokens_details": {"cached_tokens": cached},
            },
        }


def check(body: Mapping[str, Any]) -> None:
    """Refuse what no server would take."""
    if not isinstance(body.get("model"), str):
        raise RefusedError("you must provide a model parameter", "model")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise RefusedError("messages must be a list that is not empty", "messages")
    for message in messages:
        if not isinstance(message, dict) or "role" not in message or "content" not in message:
            raise RefusedError("every message needs a role and a content", "messages")
        for part in message["content"] if isinstance(message["content"], list) else ():
            if part.get("type") not in {"text", "image_url"}:
                raise RefusedError(f"unknown content type {part.get('type')!r}", "messages")
    if body.get("stream"):
        raise RefusedError("this server does not stream", "stream")


def wanted_schema(options: Options, body: Mapping[str, Any]) -> dict[str, Any] | None:
    """The schema that the answer must fit, by what the server understands; None: any text."""
    response_format = body.get("response_format") or {}
    kind = response_format.get("type", "text")
    vllm = (body.get("structured_outputs") or {}).get("json") or body.get("guided_json")
    asked = "vllm" if vllm else kind
    if asked != "text" and options.structured == "refused":
        raise RefusedError("structured output is not supported by this model", "response_format")
    if vllm:
        if options.structured == "vllm":
            return json.loads(vllm) if isinstance(vllm, str) else vllm
        if options.structured != "ignored":
            name = "guided_json" if "guided_json" in body else "structured_outputs"
            raise RefusedError(f"Unrecognized request argument supplied: {name}", name)
    if kind == "json_schema" and options.structured in {"json_object", "vllm"}:
        raise RefusedError("This response_format type is unavailable now", "response_format")
    if kind == "json_schema" and options.structured == "json_schema":
        return given_schema(response_format)
    found = schema_in_text(prompt_text(body["messages"]))
    if kind == "json_object" and options.structured in {"json_object", "json_schema"}:
        return found or {"type": "object", "properties": {"answer": {"type": "string"}}}
    return found


def given_schema(response_format: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a ``response_format``, held to OpenAI's rules where it is strict."""
    wrapper = response_format.get("json_schema") or {}
    if not isinstance(wrapper.get("name"), str) or not isinstance(wrapper.get("schema"), dict):
        raise RefusedError(
            "Missing required parameter: 'response_format.json_schema.name' or '.schema'.", "response_format"
        )
    error = strictness_error(wrapper["schema"]) if wrapper.get("strict") else None
    if error:
        raise RefusedError(
            f"Invalid schema for response_format '{wrapper['name']}': {error}", "response_format", "invalid_json_schema"
        )
    return wrapper["schema"]


def make_choice(options: Options, call: Call, schema: Mapping[str, Any] | None) -> dict[str, Any]:
    """A good answer in the dress that the options want."""
    key = f"{options.seed}|{call.asked}"
    if options.answer is not None:
        content = options.answer(call.body)
    elif schema is None:
        content = sentence(key).capitalize() + "."
    else:
        content = json.dumps(value_for(schema, key), ensure_ascii=False)
    if options.fenced:
        content = f"```json\n{content}\n```"
    thought = f"First {sentence(key + '|1')}. Then {sentence(key + '|2')}."
    message: dict[str, Any] = {"role": "assistant", "content": content, "refusal": None}
    if options.reasoning == "think":
        message["content"] = f"<think>\n{thought}\n</think>\n\n{content}"
    elif options.reasoning != "none":
        message[options.reasoning] = thought
    return limited({"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}, call.body)


def limited(choice: dict[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """The choice cut at the length that the request allows."""
    most = body.get("max_completion_tokens") or body.get("max_tokens")
    content = choice["message"]["content"]
    if most is not None and len(content) > most * CHARACTERS_PER_TOKEN:
        choice["message"]["content"] = content[: most * CHARACTERS_PER_TOKEN]
        choice["finish_reason"] = "length"
    return choice


def misshapen(choice: dict[str, Any], fault: str | None, call: Call) -> dict[str, Any]:
    """The choice with a fault of the model's own."""
    message = choice["message"]
    content = message["content"]
    if fault == "malformed":
        breaks_schema = fraction("malformed", call.asked) < 0.5
        message["content"] = '{"unforeseen": [1, 2, 3]}' if breaks_schema else f"Here you are: {content[:-1]},"
    elif fault in {"length", "content_filter"}:
        message["content"] = content[: len(content) // 2]
        choice["finish_reason"] = fault
    elif fault == "refusal":
        message.update(content=None, refusal="I'm sorry, I can't help with that.")
    elif fault == "null_content":
        message["content"] = None
    return choice


def prompt_text(messages: list[dict[str, Any]]) -> str:
    """All text of the messages."""
    return "\n".join(text for _, text in parts(messages) if text is not None)


def parts(messages: list[dict[str, Any]]) -> Iterator[tuple[str | None, str | None]]:
    """Each part as (image URL, None) or (None, text), each message begun by its role."""
    for message in messages:
        yield None, f"<{message['role']}>"
        content = message["content"]
        for part in [{"type": "text", "text": content or ""}] if not isinstance(content, list) else content:
            if part["type"] == "image_url":
                yield part["image_url"]["url"], None
            else:
                yield None, part["text"]


def prompt_tokens(messages: list[dict[str, Any]], tokens_per_image: int) -> Iterator[str]:
    """The prompt as a tokenizer might cut it: four characters each, and a fixed number for an image."""
    for image, text in parts(messages):
        if text is None:
            name = hashlib.sha256(image.encode()).hexdigest()
            yield from (f"{name}{i}" for i in range(tokens_per_image))
        else:
            yield from (text[i : i + CHARACTERS_PER_TOKEN] for i in range(0, len(text), CHARACTERS_PER_TOKEN))
