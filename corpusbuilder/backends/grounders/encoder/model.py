"""An encoder as a `Model`: the vector of each sentence is kept in the ledger, and computed once."""

import base64
import binascii
import json
import math
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from corpusbuilder.backends.grounders.spans.encoder import EncoderOptions, TransformersEncoder
from corpusbuilder.backends.models.base import Message, ModelRequest, Purpose, Sampling, TextPart
from corpusbuilder.backends.models.calls import UnusableAnswerError
from corpusbuilder.backends.models.local.batched import BatchedModel
from corpusbuilder.backends.models.local.portions import Outcome
from corpusbuilder.records.call import CallAnswer, Usage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TASK: Final = "encode"
_MOST_DIMENSIONS: Final = 65_536


class EncoderModel(BatchedModel):
    """Encodes sentences in batches; it is loaded with the first of them.

    Args:
        options: which model, and how.
    """

    def __init__(self, options: EncoderOptions) -> None:
        how = f"{options.pooling} {options.prefix!r}"
        super().__init__(
            options.identity,
            f"{options.identity} {how}",
            batch_size=options.batch_size,
            load=lambda: _Encoding(TransformersEncoder(options)),
        )


class _Encoding:
    """Answers batches with one encoder."""

    def __init__(self, encoder: TransformersEncoder) -> None:
        self._encoder = encoder

    def answers(self, requests: Sequence[ModelRequest]) -> list[Outcome]:
        """The vector of each text, as the ledger keeps it."""
        began = time.perf_counter()
        vectors = self._encoder.encode([text_of(request) for request in requests])
        seconds = (time.perf_counter() - began) / len(requests)
        now = datetime.now(UTC)
        return [
            CallAnswer(
                body=_body(vector), usage=Usage(prompt_tokens=0, completion_tokens=0), latency_s=seconds, time=now
            )
            for vector in vectors
        ]


def sentence(text: str, *, order: tuple[int, ...]) -> ModelRequest:
    """The call that encodes a text; the same wherever the text stands."""
    return ModelRequest(
        (Message("user", (TextPart(text),)),),
        sampling=Sampling(max_tokens=1),
        purpose=Purpose(TASK, subject="text"),
        order=order,
    )


def text_of(request: ModelRequest) -> str:
    """The text that a request is about."""
    (part,) = request.messages[0].parts
    return part.text if isinstance(part, TextPart) else ""


def _body(vector: "NDArray[np.float32]") -> bytes:
    return json.dumps({"float32": base64.b64encode(vector.astype("<f4").tobytes()).decode()}).encode()


def read_vector(body: bytes) -> "NDArray[np.float32]":
    """The unit vector in a body.

    Raises:
        UnusableAnswerError: it holds none.
    """
    import numpy as np

    try:
        packed = json.loads(body)["float32"]
        vector = np.frombuffer(base64.b64decode(packed, validate=True), dtype="<f4")
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise UnusableAnswerError(f"this is no vector: {error}") from None
    length = float(np.linalg.norm(vector)) if 0 < vector.size <= _MOST_DIMENSIONS else math.nan
    if not abs(length - 1) < 0.01:
        raise UnusableAnswerError("this is no unit vector")
    return vector.astype(np.float32)
