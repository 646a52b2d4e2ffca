"""Has a loaded model answer a batch. Everything here runs in the one thread that owns the model."""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from pydantic import JsonValue

from corpusbuilder.backends.models.base import ModelRequest
from corpusbuilder.backends.models.local.chat import picture
from corpusbuilder.backends.models.local.drawing import RowLimits, SeededDraw
from corpusbuilder.backends.models.local.loading import SMALLER_MODEL, Loaded, is_out_of_memory
from corpusbuilder.errors import BackendError, RecordError
from corpusbuilder.records.call import CallAnswer, Usage
from corpusbuilder.records.ids import canonical_json

Outcome: TypeAlias = CallAnswer | RecordError


@dataclass(frozen=True, slots=True)
class _Row:
    """A request that is ready to be answered."""

    place: int
    request: ModelRequest
    prompt: str
    pictures: list[Any]
    room: int
    """Tokens that the answer may have."""


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

    def answers(self, requests: Sequence[ModelRequest]) -> list[Outcome]:
        """An answer, or why there is none, for each request; all with or all without images, of one temperature.

        Raises:
            BackendError: there is not enough memory for a single request.
        """
        outcomes: dict[int, Outcome] = {}
        rows: list[_Row] = []
        for place, request in enumerate(requests):
            try:
                rows.append(self._row(place, request))
            except RecordError as error:
                outcomes[place] = error
        for row, outcome in self._in_parts(rows):
            outcomes[row.place] = outcome
        return [outcomes[place] for place in range(len(requests))]

    def _row(self, place: int, request: ModelRequest) -> _Row:
        pictures = [picture(part, self._read_image, self._max_image_side) for part in request.images]
        prompt = self._loaded.chat.render(request)
        length = self._encoded([prompt], [pictures])["input_ids"].shape[1]
        context = self._loaded.context
        wanted = request.sampling.max_tokens
        room = wanted if context is None else min(wanted, context - length)
        if room < 1:
            raise RecordError(
                "context_too_long", f"the prompt has {length} tokens and the model has room for {context}"
            )
        return _Row(place, request, prompt, pictures, room)

    def _in_parts(self, rows: Sequence[_Row]) -> Iterator[tuple[_Row, Outcome]]:
        """All rows at once, or by halves as often as the memory wants."""
        parts = [rows] if rows else []
        while parts:
            part = parts.pop(0)
            began = time.monotonic()
            said = self._said(part)
            if said is None:
                middle = len(part) // 2
                parts[:0] = [part[:middle], part[middle:]]
                continue
            latency = time.monotonic() - began
            yield from ((row, self._answer(row.request, words, latency)) for row, words in zip(part, said, strict=True))

    def _said(self, rows: Sequence[_Row]) -> list[_Said] | None:
        """What the model says to each row; None when the memory does not do for so many.

        Raises:
            BackendError: it does not do for one.
        """
        try:
            return self._generated(rows)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
        # Only here, where nothing holds the tensors of the attempt any more.
        free_memory()
        if len(rows) > 1:
            return None
        raise BackendError(
            f"{self._name}: {self._loaded.device} has not enough memory for one request", hint=_LESS_MEMORY
        )

    def _generated(self, rows: Sequence[_Row]) -> list[_Said]:
        import torch

        loaded = self._loaded
        inputs = self._encoded([row.prompt for row in rows], [row.pictures for row in rows])
        inputs = inputs.to(loaded.device, dtype=loaded.model.dtype)
        prompt = inputs["input_ids"].shape[1]
        limits = [row.room for row in rows]
        with torch.inference_mode():
            tokens = loaded.model.generate(
                **inputs,
                **_GREEDY,
                max_new_tokens=max(limits),
                pad_token_id=loaded.pad,
                eos_token_id=list(loaded.ends) or None,
                logits_processor=self._drawing(rows),
                stopping_criteria=[RowLimits(limits, prompt=prompt, device=loaded.device)],
            )
        lengths = inputs["attention_mask"].sum(dim=1).tolist()
        answers = tokens[:, prompt:].tolist()
        return [self._read(*each) for each in zip(answers, limits, lengths, strict=True)]

    def _encoded(self, prompts: list[str], pictures: list[list[Any]]) -> Any:  # noqa: ANN401 - a dict of tensors
        processor = self._loaded.processor
        begin = processor.tokenizer.bos_token
        try:
            return processor(
                text=prompts,
                images=pictures if any(pictures) else None,
                padding=True,
                padding_side="left",
                return_tensors="pt",
                # A template that writes the first token itself leaves none to be added.
                add_special_tokens=not (begin and prompts[0].startswith(begin)),
            )
        except (ValueError, TypeError, IndexError) as error:
            if len(prompts) > 1:
                raise
            raise RecordError("request_refused", f"{self._name}: its processor says: {error}") from None

    def _drawing(self, rows: Sequence[_Row]) -> list[SeededDraw]:
        sampling = rows[0].request.sampling
        if not sampling.temperature:
            return []
        seeds = [_seed(self._name, row.request) for row in rows]
        return [
            SeededDraw(seeds, temperature=sampling.temperature, top_p=sampling.top_p, device=self._loaded.device)
        ]

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


def free_memory() -> None:
    """Give back what no tensor uses any more."""
    import gc

    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()


def _seed(name: str, request: ModelRequest) -> int:
    """Below 2 ** 63. The key holds the sampling's seed and the number of the sample."""
    return int.from_bytes(hashlib.sha256(f"draw {request.key(name)}".encode()).digest()[:8]) >> 1


_LESS_MEMORY: Final = f"set a smaller max_image_side or max_tokens, {SMALLER_MODEL.removeprefix('set ')}"
_GREEDY: Final = {
    "do_sample": False,
    "num_beams": 1,
    # What a model's own settings say of drawing does not apply: temperature and top_p come with the request.
    "temperature": None,
    "top_p": None,
    "top_k": None,
    # Quotes and ids have to be repeated word for word; and padding would count as words already said.
    "repetition_penalty": 1.0,
    "no_repeat_ngram_size": 0,
}
