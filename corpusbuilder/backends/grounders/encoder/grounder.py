"""Compares steps with the sentences of passages by what they mean, where no words are shared."""

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from corpusbuilder.backends.grounders.base import GroundingQuery, settles
from corpusbuilder.backends.grounders.encoder.model import EncoderModel, read_vector, sentence
from corpusbuilder.backends.grounders.spans.encoder import EncoderOptions
from corpusbuilder.backends.grounders.spans.support import find_support
from corpusbuilder.backends.models.access import Access
from corpusbuilder.backends.models.base import Ledger, Model, ModelRequest
from corpusbuilder.backends.models.calls import Calls
from corpusbuilder.backends.models.together import together
from corpusbuilder.errors import RecordError
from corpusbuilder.records.example import StepGrounding, StepKind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class EncoderGrounder:
    """Looks for the sentence that means what a read step says. Many threads may call `ground`; they share one model.

    Args:
        options: which model, and how near a sentence has to be.
        access: to the ledger and the event loop.
    """

    def __init__(self, options: EncoderOptions, access: Access) -> None:
        self._options = options
        self._encoder = _KeptEncoder(options, access)

    def ground(self, queries: Sequence[GroundingQuery]) -> Iterator[StepGrounding | RecordError]:
        """One grounding per query, in order. Only steps that are read in passages are looked into.

        Raises:
            BackendError: the model cannot be used at all.
            MissingExtraError: a package is missing.
        """
        yield from (self._ground(query) for query in queries)

    def _ground(self, query: GroundingQuery) -> StepGrounding | RecordError:
        step = next(s for s in query.example.steps if s.index == query.step)
        passages = [passage for passage in map(query.unit.passage, query.example.passage_ids) if passage]
        if step.kind is not StepKind.READ or not passages:
            return StepGrounding(step=step.index)
        try:
            found = find_support(
                step.text,
                passages,
                language=query.example.language,
                encoder=self._encoder,
                least_similar=self._options.least_similar,
            )
        except RecordError as error:
            if not settles(error):
                return error
            return StepGrounding(step=step.index, unresolved=(f"its words could not be compared: {error.message}",))
        return StepGrounding(
            step=step.index, evidence=found.evidence, candidates=found.candidates, unresolved=found.problems
        )


class _KeptEncoder:
    """An `Encoder` whose vectors are those of the ledger, computed where they are not in it."""

    def __init__(self, options: EncoderOptions, access: Access) -> None:
        self._options = options
        self._access = access
        self._calls: Calls | None = None
        self._order = itertools.count()

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """One unit vector a text, in order.

        Raises:
            RecordError: the vector of a text is not to be had this time.
        """
        import numpy as np

        requests = {text: sentence(text, order=(next(self._order),)) for text in dict.fromkeys(texts)}
        found = dict(together(self._access, (self._vector(text, request) for text, request in requests.items())))
        vectors: dict[str, NDArray[np.float32]] = {}
        for text, vector in found.items():
            if isinstance(vector, RecordError):
                raise vector
            vectors[text] = vector
        return np.stack([vectors[text] for text in texts]) if vectors else np.zeros((0, 0), dtype=np.float32)

    async def _vector(self, text: str, request: ModelRequest) -> "tuple[str, NDArray[np.float32] | RecordError]":
        if self._calls is None:  # in the loop, so nobody else asks at the same time
            self._calls = self._access.calls(self._model, self._options.price)
        try:
            return text, (await self._calls.take(request, read_vector)).value
        except RecordError as error:
            return text, error

    def _model(self, ledger: Ledger) -> Model:  # noqa: ARG002 - a local model has nothing to remember of an endpoint
        return EncoderModel(self._options)
