"""Has a loaded model answer a batch. Everything here runs in the one thread that owns the model."""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import JsonValue

from corpusbuilder.backends.models.base import ImagePart, ModelRequest
from corpusbuilder.backends.models.images import picture_of
from corpusbuilder.backends.models.local.drawing import RowLimits, SeededDraw
from corpusbuilder.backends.models.local.loading import Loaded
from corpusbuilder.backends.models.local.portions import Outcome, Portions, UnfitError
from corpusbuilder.backends.models.local.pretrained import SMALLER_MODEL
from corpusbuilder.errors import RecordError
from corpusbuilder.records.call import CallAnswer, Usage
from corpusbuilder.records.ids import canonical_json


@dataclass(frozen=True, slots=True)
class _Row:
    """A request that is ready to be answered."""

    place: int
    request: ModelRequest
    prompt: str
    pictures: list[Any]


@dataclass(frozen=True, slots=True)
class _Said:
    """What the model said to one request."""

    text: str
    finish: str
    prompt_tokens: int
    completion_tokens: int


class Generation:
    """Answers batches with one model."""

    def __init__(self, loaded: Loaded, *, name: str, read_image: Callable[[str], bytes], max_image_side: int) -> None:
        self._loaded = loaded
        self._name = name
        self._read_image = read_image
        self._max_image_side = max_image_side
        self._portions: Portions[_Row] = Portions(
            name, loaded.device, prepare=self._row, answer=self._answered, less_memory=_LESS_MEMORY
        )

    def answers(self, requests: Sequence[ModelRequest]) -> list[Outcome]:
        """An answer, or why there is none, for each request; all with or all without images, of one temperature.

        Raises:
            BackendError: see `Portions.answers`.
        """
        return self._portions.answers(requests)

    def _row(self, place: int, request: ModelRequest) -> _Row:
        return _Row(place, request, self._loaded.chat.render(request), [self._picture(part) for part in request.images])

    def _picture(self, part: ImagePart) -> Any:  # noqa: ANN401 - Pillow is imported late
        return picture_of(part, self._read_image, max_side=self._max_image_side)

    def _answered(self, rows: Sequence[_Row]) -> list[tuple[_Row, Outcome]]:
        began = time.monotonic()
        inputs = self._encoded(rows)
        lengths: list[int] = inputs["attention_mask"].sum(dim=1).tolist()
        context = self._loaded.context
        if context is not None and max(lengths) >= context:
            long = [
                (row, _too_long(length, context))
                for row, length in zip(rows, lengths, strict=True)
                if length >= context
            ]
            rest = [row for row, length in zip(rows, lengths, strict=True) if length < context]
            return [*long, *(self._answered(rest) if rest else [])]
        wanted = [row.request.sampling.max_tokens for row in rows]
        room = [min(most, context - length) if context else most for most, length in zip(wanted, lengths, strict=True)]
        tokens = self._generated(inputs, rows, room)
        latency = time.monotonic() - began
        said = [self._read(*each) for each in zip(tokens, room, lengths, strict=True)]
        return [(row, self._answer(row.request, words, latency)) for row, words in zip(rows, said, strict=True)]

    def _encoded(self, rows: Sequence[_Row]) -> Any:  # noqa: ANN401 - a dict of tensors
        """Token ids, attention mask and pixels, padded at the left, on the device."""
        loaded = self._loaded
        prompts, pictures = [row.prompt for row in rows], [row.pictures for row in rows]
        begin = loaded.processor.tokenizer.bos_token
        try:
            inputs = loaded.processor(
                text=prompts,
                images=pictures if any(pictures) else None,
                padding=True,
                padding_side="left",
                return_tensors="pt",
                # A template that writes the first token itself leaves none to be added.
                add_special_tokens=not (begin and prompts[0].startswith(begin)),
            )
        except (ValueError, TypeError, IndexError) as error:
            raise UnfitError(str(error)) from None
        return inputs.to(loaded.device, dtype=loaded.model.dtype)

    def _generated(self, inputs: Any, rows: Sequence[_Row], room: Sequence[int]) -> list[list[int]]:  # noqa: ANN401
        """The tokens that each row adds, up to the longest; what comes after a row's end means nothing."""
        import torch

        loaded = self._loaded
        prompt = inputs["input_ids"].shape[1]
        try:
            with torch.inference_mode():
                tokens = loaded.model.generate(
                    **inputs,
                    **_GREEDY,
                    max_new_tokens=max(room),
                    pad_token_id=loaded.pad,
                    eos_token_id=list(loaded.ends) or None,
                    logits_processor=self._drawing(rows),
                    stopping_criteria=[RowLimits(room, prompt=prompt, device=loaded.device)],
                )
        except (ValueError, IndexError) as error:
            raise UnfitError(str(error)) from None
        added: list[list[int]] = tokens[:, prompt:].tolist()
        return added

    def _drawing(self, rows: Sequence[_Row]) -> list[SeededDraw]:
        sampling = rows[0].request.sampling
        if not sampling.temperature:
            return []
        seeds = [_seed(self._name, row.request) for row in rows]
        return [SeededDraw(seeds, temperature=sampling.temperature, top_p=sampling.top_p, device=self._loaded.device)]

    def _read(self, tokens: list[int], room: int, prompt_tokens: int) -> _Said:
        tokens = tokens[:room]
        end = next((place for place, token in enumerate(tokens) if token in self._loaded.ends), None)
        said = tokens if end is None else tokens[:end]
        text = self._loaded.processor.tokenizer.decode(said, skip_special_tokens=True)
        finish = "length" if end is None else "stop"
        return _Said(text, finish, prompt_tokens, len(said) + (end is not None))

    def _answer(self, request: ModelRequest, said: _Said, latency_s: float) -> CallAnswer:
        """The answer in the form in which an endpoint sends it."""
        response_id = f"local-{request.key(self._name)[:24]}"
        usage: dict[str, JsonValue] = {
            "prompt_tokens": said.prompt_tokens,
            "completion_tokens": said.completion_tokens,
            "total_tokens": said.prompt_tokens + said.completion_tokens,
        }
        choice: JsonValue = {
            "index": 0,
            "message": {"role": "assistant", "content": said.text},
            "finish_reason": said.finish,
        }
        body: dict[str, JsonValue] = {
            "id": response_id,
            "object": "chat.completion",
            "model": self._loaded.served,
            "choices": [choice],
            "usage": usage,
        }
        return CallAnswer(
            body=canonical_json(body),
            usage=Usage(prompt_tokens=said.prompt_tokens, completion_tokens=said.completion_tokens),
            latency_s=latency_s,
            response_id=response_id,
            served_model=self._loaded.served,
            mode="fenced" if request.output else None,
            time=datetime.now(UTC),
        )


def _too_long(length: int, context: int) -> RecordError:
    return RecordError("context_too_long", f"the prompt has {length} tokens, and the model has room for {context}")


def _seed(name: str, request: ModelRequest) -> int:
    """Below 2 ** 63. The key holds the sampling's seed and the number of the sample."""
    return int.from_bytes(hashlib.sha256(f"draw {request.key(name)}".encode()).digest()[:8]) >> 1


_LESS_MEMORY: Final = f"set a smaller max_image_side or max_tokens, {SMALLER_MODEL.removeprefix('set ')}"
_GREEDY: Final = {
    "do_sample": False,
    "num_beams": 1,
    "use_cache": True,  # which training switches off, and models are saved so
    # What a model's own settings say of drawing does not apply: temperature and top_p come with the request.
    "temperature": None,
    "top_p": None,
    "top_k": None,
    # Quotes and ids have to be repeated word for word; and padding would count as words already said.
    "repetition_penalty": 1.0,
    "no_repeat_ngram_size": 0,
}
