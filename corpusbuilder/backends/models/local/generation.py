"""Has a loaded model answer a batch. Everything here runs in the one thread that owns the model."""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from pydantic import JsonValue

from corpusbuilder.backends.models.base import ImagePart, ModelRequest
from corpusbuilder.backends.models.images import open_bounded
from corpusbuilder.backends.models.local.drawing import RowLimits, SeededDraw
from corpusbuilder.backends.models.local.loading import SMALLER_MODEL, Loaded, is_device_failure, is_out_of_memory
from corpusbuilder.errors import BackendError, MissingError, RecordError, StorageError
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


@dataclass(frozen=True, slots=True)
class _Said:
    """What the model said to one request."""

    text: str
    finish: str
    prompt_tokens: int
    completion_tokens: int


class _UnfitError(ValueError):
    """The processor or the model does not take these rows."""


class Generation:
    """Answers batches with one model."""

    def __init__(self, loaded: Loaded, *, name: str, read_image: Callable[[str], bytes], max_image_side: int) -> None:
        self._loaded = loaded
        self._name = name
        self._read_image = read_image
        self._max_image_side = max_image_side
        self._most: int | None = None
        """As many rows as the memory has been found to do for; None while it has not run out."""
        self._has_answered = False
        self._failure: str | None = None
        """What the model last failed with, other than for lack of memory."""

    def answers(self, requests: Sequence[ModelRequest]) -> list[Outcome]:
        """An answer, or why there is none, for each request; all with or all without images, of one temperature.

        Raises:
            BackendError: there is not enough memory for a single request, the device failed, or the model fails and
                has never answered anything.
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
        self._has_answered |= any(isinstance(outcome, CallAnswer) for outcome in outcomes.values())
        if self._failure and not self._has_answered:
            raise BackendError(f"{self._name}: the model fails: {self._failure}", hint=_OTHER_WAY)
        return [outcomes[place] for place in range(len(requests))]

    def _row(self, place: int, request: ModelRequest) -> _Row:
        return _Row(place, request, self._loaded.chat.render(request), [self._picture(part) for part in request.images])

    def _picture(self, part: ImagePart) -> Any:  # noqa: ANN401 - Pillow is imported late
        try:
            data = self._read_image(part.sha256)
        except (OSError, MissingError, StorageError) as error:
            raise RecordError("image_unreadable", f"the image {part.sha256[:12]} cannot be read: {error}") from None
        return open_bounded(data, max_side=self._max_image_side)

    def _in_parts(self, rows: Sequence[_Row]) -> Iterator[tuple[_Row, Outcome]]:
        """As many rows at once as the memory does for; where some are unfit, by halves until it is known which."""
        most = self._most or max(len(rows), 1)
        parts = [rows[start : start + most] for start in range(0, len(rows), most)]
        while parts:
            part = parts.pop(0)
            try:
                done = self._fitting(part)
            except _UnfitError as error:
                if len(part) == 1:
                    yield part[0], RecordError("request_refused", f"{self._name} does not take it: {error}")
                    continue
                done = None
            if done is None:
                middle = len(part) // 2
                parts[:0] = [part[:middle], part[middle:]]
            else:
                yield from done

    def _fitting(self, rows: Sequence[_Row]) -> list[tuple[_Row, Outcome]] | None:
        """What becomes of each row; None when the memory does not do for so many.

        Raises:
            _UnfitError: the model does not take one of them.
            BackendError: the memory does not do for one, or the device failed.
        """
        try:
            return self._answered(rows)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                self._failure = " ".join(str(error).split())[:300]
                if is_device_failure(error):
                    raise BackendError(f"{self._name}: {self._failure}", hint=_OTHER_WAY) from None
                raise _UnfitError(self._failure) from None
        # Not in the except clause: while the error lives, so do the tensors of the attempt.
        free_memory()
        if len(rows) == 1:
            where = self._loaded.device
            raise BackendError(f"{self._name}: {where} has not enough memory for one request", hint=_LESS_MEMORY)
        self._most = len(rows) // 2
        return None

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
            raise _UnfitError(str(error)) from None
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
            raise _UnfitError(str(error)) from None
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


_OTHER_WAY: Final = 'try device = "cpu" or another dtype or attention; with CUDA_LAUNCH_BLOCKING=1 the error is exact'
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
