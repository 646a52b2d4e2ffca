"""Finds out how an endpoint wants to be asked. What it is found to obey is remembered with the ledger."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any, Final, get_args

from corpusbuilder.backends.models.base import Ledger, Message, ModelRequest, OutputSchema, Sampling, TextPart
from corpusbuilder.backends.models.completion import NotACompletionError, read_completion
from corpusbuilder.backends.models.openai.address import Address
from corpusbuilder.backends.models.openai.options import OpenAIModelOptions, StructureMode, TokensField
from corpusbuilder.backends.models.openai.payload import Dialect
from corpusbuilder.backends.models.openai.sender import Delivery, ParameterRefusedError
from corpusbuilder.errors import CorpusbuilderError, RecordError
from corpusbuilder.records.ids import canonical_json

_MODES: Final[tuple[StructureMode, ...]] = get_args(StructureMode)
"""From the one that holds a model most firmly to the one that only asks it, which no endpoint refuses."""

Ask = Callable[[ModelRequest, Dialect], Awaitable[Delivery]]
"""Sends a request in a dialect."""
Stop = Callable[[str, str], CorpusbuilderError]
"""Ends the run, from what the endpoint does and what to do about it."""


class Dialects:
    """How one model on one endpoint is asked. It belongs to one event loop.

    Args:
        options: what the user demands.
        address: the endpoint.
        ledger: what earlier runs found out.
        ask: sends a request.
        stop: ends the run.
    """

    def __init__(self, options: OpenAIModelOptions, address: Address, ledger: Ledger, *, ask: Ask, stop: Stop) -> None:
        self._options = options
        self._ledger = ledger
        self._ask = ask
        self._stop = stop
        self._lock = asyncio.Lock()
        self._digest = hashlib.sha256(canonical_json([address.url, options.model])).hexdigest()[:32]
        self._mode: StructureMode | None = None if options.structured == "auto" else options.structured
        self._refused: set[StructureMode] = set()
        self._plain = Dialect(
            None, tokens_field=self._first_tokens_field(), takes_seed=self._recall("seed") != "refused"
        )

    async def current(self, *, structured: bool) -> Dialect:
        """How to ask now. The first caller who wants structure finds out; the others wait for it.

        Raises:
            RecordError, CorpusbuilderError: as when a request is sent.
        """
        if not structured:
            return self._plain
        if self._mode is None:
            async with self._lock:
                if self._mode is None:
                    self._mode = await self._find_mode()
        return replace(self._plain, mode=self._mode)

    def refused(self, used: Dialect, refusal: ParameterRefusedError) -> None:
        """Take note that the endpoint refused a request in the dialect ``used``. Ask again in the current one.

        Raises:
            CorpusbuilderError: the user demands what the endpoint refuses.
            RecordError: ``request_refused``: what it refuses was not in the request.
        """
        if refusal.parameter == "seed" and used.takes_seed:
            self._plain = replace(self._plain, takes_seed=False)
            self._remember("seed", "refused")
        elif refusal.parameter == "max_tokens" and used.tokens_field == "max_tokens":
            self._rename_max_tokens(refusal)
        elif refusal.parameter == "structure" and used.mode not in {None, "fenced"}:
            self._drop_mode(used.mode, refusal)
        else:
            raise RecordError("request_refused", f"the endpoint refused this request: {refusal.words}")

    def _first_tokens_field(self) -> TokensField:
        if self._options.max_tokens_field != "auto":
            return self._options.max_tokens_field
        return "max_completion_tokens" if self._recall("tokens-field") == "max_completion_tokens" else "max_tokens"

    def _rename_max_tokens(self, refusal: ParameterRefusedError) -> None:
        if self._options.max_tokens_field != "auto":
            raise self._stop(
                f"refuses {self._options.max_tokens_field}: {refusal.words}", 'set max_tokens_field to "auto"'
            )
        self._plain = replace(self._plain, tokens_field="max_completion_tokens")
        self._remember("tokens-field", "max_completion_tokens")

    def _drop_mode(self, mode: StructureMode | None, refusal: ParameterRefusedError) -> None:
        if self._options.structured != "auto":
            raise self._stop(
                f"refuses structured = {mode!r}: {refusal.words}",
                'set structured to "auto", or to a mode that it knows',
            )
        if mode is not None and mode == self._mode:
            self._refused.add(mode)
            self._mode = None

    async def _find_mode(self) -> StructureMode:
        recalled = self._recall("structure")
        candidates = [mode for mode in _MODES if mode not in self._refused]
        for mode in candidates:
            if mode == recalled:
                return mode
        failures: list[RecordError] = []
        for mode in candidates[:-1]:
            try:
                obeys = await self._obeys(mode)
            except RecordError as error:
                # Some servers break over what they do not know.
                failures.append(error)
                continue
            if obeys:
                break
        else:
            if failures and len(failures) == len(candidates) - 1:
                # It breaks over everything: that says nothing about structure.
                raise failures[-1]
            mode = candidates[-1]
        self._remember("structure", mode)
        return mode

    async def _obeys(self, mode: StructureMode) -> bool:
        """Whether the endpoint can be held to JSON this way: it is asked in words for something else."""
        request = _probe(mode)
        answer = await self._try(request, mode)
        if answer is not None and not answer.strip():
            # A reasoning model had no room left for its answer.
            longer = replace(request.sampling, max_tokens=_wording()["max_tokens_to_think"])
            answer = await self._try(replace(request, sampling=longer), mode)
        try:
            found = json.loads(answer or "")
        except (ValueError, RecursionError):
            return False
        return isinstance(found, dict) if mode == "json_object" else bool(found == _wording()["schema"]["obeyed"])

    async def _try(self, request: ModelRequest, mode: StructureMode) -> str | None:
        """What the endpoint answers; None when it refuses to be asked this way."""
        while True:
            dialect = replace(self._plain, mode=mode)
            try:
                delivery = await self._ask(request, dialect)
            except ParameterRefusedError as refusal:
                if refusal.parameter == "structure":
                    return None
                self.refused(dialect, refusal)
                continue
            except RecordError as error:
                if error.reason_code == "endpoint_failed":
                    raise
                return None
            try:
                return read_completion(delivery.body).text
            except NotACompletionError:
                return None

    def _recall(self, fact: str) -> str | None:
        return self._ledger.recall(f"endpoint {self._digest} {fact}")

    def _remember(self, fact: str, value: str) -> None:
        self._ledger.remember(f"endpoint {self._digest} {fact}", value)


def _probe(mode: StructureMode) -> ModelRequest:
    wording = _wording()
    schema = wording["schema"]
    prompt = wording["object" if mode == "json_object" else "schema"]["prompt"]
    return ModelRequest(
        messages=(Message("user", (TextPart(prompt),)),),
        output=OutputSchema(schema["name"], schema["schema"]),
        sampling=Sampling(max_tokens=wording["max_tokens"]),
    )


@cache
def _wording() -> Mapping[str, Any]:
    text = resources.files("corpusbuilder").joinpath("backends/models/openai/probe.json").read_text(encoding="utf-8")
    wording: Mapping[str, Any] = json.loads(text)
    return wording
