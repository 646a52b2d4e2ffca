"""The bytes of a request, put together without copying images."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from corpusbuilder.backends.models.base import ImagePart, Message, ModelRequest, OutputSchema, text_as_json
from corpusbuilder.backends.models.images import DataUrls
from corpusbuilder.backends.models.openai.options import StructureMode, TokensField

_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_IN_WORDS: Final = frozenset({"json_object", "fenced"})


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an endpoint wants to be asked."""

    mode: StructureMode | None
    """How it is made to answer in JSON; None when that is not wanted."""
    tokens_field: TokensField = "max_tokens"
    takes_seed: bool = True


class Payloads:
    """Makes the bodies of requests for one model.

    Args:
        model: as the endpoint knows it.
        urls: images as URLs.
        image_detail: how closely to look at images, where the endpoint lets one say so.
        extra: further fields.
    """

    def __init__(self, model: str, urls: DataUrls, *, image_detail: str | None, extra: Mapping[str, JsonValue]) -> None:
        self._urls = urls
        self._head = b'{"model":' + _bytes(model) + b',"messages":['
        detail = b"" if image_detail is None else b',"detail":' + _bytes(image_detail)
        self._image_end = b'"' + detail + b"}}"
        self._extra = dict(extra)

    async def make(self, request: ModelRequest, dialect: Dialect) -> bytes:
        """The body of a request.

        Raises:
            RecordError: ``image_unreadable``.
        """
        pieces = [self._head]
        last = len(request.messages) - 1
        instruction = ""
        if request.output is not None and dialect.mode in _IN_WORDS:
            instruction = request.output.instruction
        for number, message in enumerate(request.messages):
            pieces.append(b"," if number else b"")
            await self._add_message(pieces, message, instruction if number == last else "")
        pieces += [b"],", _bytes(self._settings(request, dialect))[1:]]
        return b"".join(pieces)

    async def _add_message(self, pieces: list[bytes], message: Message, instruction: str) -> None:
        pieces += [b'{"role":"', message.role.encode(), b'","content":']
        texts = [part.text for part in message.parts if not isinstance(part, ImagePart)]
        if len(texts) == len(message.parts):
            # Text alone goes as a string: templates of small servers know nothing else, above all for the system.
            said = [text_as_json(text)[1:-1] for text in ([*texts, instruction] if instruction else texts)]
            pieces += [b'"', rb"\n\n".join(said), b'"}']
            return
        separator = b"["
        for part in message.parts:
            pieces.append(separator)
            if isinstance(part, ImagePart):
                url = await self._urls.get(part)
                pieces += [b'{"type":"image_url","image_url":{"url":"', url, self._image_end]
            else:
                pieces += [b'{"type":"text","text":', text_as_json(part.text), b"}"]
            separator = b","
        if instruction:
            pieces += [b',{"type":"text","text":', text_as_json(instruction), b"}"]
        pieces.append(b"]}")

    def _settings(self, request: ModelRequest, dialect: Dialect) -> dict[str, JsonValue]:
        sampling = request.sampling
        settings: dict[str, JsonValue] = {dialect.tokens_field: sampling.max_tokens}
        if sampling.temperature is not None:
            settings["temperature"] = sampling.temperature
        if sampling.top_p is not None:
            settings["top_p"] = sampling.top_p
        if sampling.seed is not None and dialect.takes_seed:
            settings["seed"] = sampling.seed
        if request.output is not None:
            settings |= structure(request.output, dialect.mode)
        return settings | self._extra


def structure(output: OutputSchema, mode: StructureMode | None) -> dict[str, JsonValue]:
    """The fields of a request that hold an endpoint to a schema; none when it can only be asked in words."""
    if mode == "json_schema":
        wanted: JsonValue = {"name": output.name, "strict": True, "schema": dict(output.schema)}
        return {"response_format": {"type": "json_schema", "json_schema": wanted}}
    if mode == "structured_outputs":
        return {"structured_outputs": {"json": dict(output.schema)}}
    if mode == "json_object":
        return {"response_format": {"type": "json_object"}}
    return {}


def _bytes(value: JsonValue) -> bytes:
    return _ENCODE(value).encode("utf-8", "replace")
