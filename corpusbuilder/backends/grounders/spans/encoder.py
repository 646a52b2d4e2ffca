"""Sentence embeddings by any encoder that transformers opens, for what no shared word finds."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeAlias

from pydantic import Field

from corpusbuilder.backends.models.local.options import PretrainedOptions
from corpusbuilder.backends.models.local.pretrained import (
    SMALLER_MODEL,
    Kind,
    Pretrained,
    is_out_of_memory,
    open_pretrained,
)
from corpusbuilder.backends.models.prices import Price
from corpusbuilder.errors import BackendError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors: TypeAlias = NDArray[np.float32]

_KIND: Final = Kind(
    auto_class="AutoModel",
    noun="text encoder",
    extra="ground",
    purpose="an encoder of sentences on this machine",
    without_torchvision="take an encoder of text",
    processor_class="AutoTokenizer",
    optional_weights=("pooler.", "embeddings.position_ids"),
)
_LONGEST: Final = 512
"""Tokens of a sentence that are read when the tokenizer knows no limit of its own."""

_NOTHING: Final = "."
"""Stands for an empty text: some tokenizers make no token of that, and a model needs one."""


class Encoder(Protocol):
    """Turns sentences into vectors of which near ones mean nearly the same."""

    def __hash__(self) -> int:
        """Encoders are told apart so that vectors are computed once."""
        ...

    def encode(self, texts: Sequence[str]) -> "Vectors":
        """One unit vector a text, in order: an array of shape (texts, dimensions); (0, 0) for no texts."""
        ...


class EncoderOptions(PretrainedOptions):
    """An encoder of sentences: a sentence-transformers model or any other encoder, by folder or by its id on the hub.

    It has to be multilingual, or of the language of the books.
    """

    kind: Literal["encoder"] = "encoder"
    batch_size: int = Field(default=32, ge=1)
    """At most so many sentences are encoded together. Halved when memory runs out."""
    pooling: Literal["mean", "first"] = "mean"
    """Whether the vector of a sentence is the mean of those of its tokens or the one of its first token (CLS)."""
    prefix: str = ""
    """Put before each sentence, for models that were trained so, such as ``query: ``."""
    least_similar: float = Field(default=0.8, gt=0, le=1)
    """Cosine from which a sentence that has none of the words of a step may say the same. Models differ."""

    @property
    def price(self) -> Price:
        """It costs nothing."""
        return Price(input=0, output=0)

    def fingerprint(self) -> dict[str, Any]:
        """The options that the result depends on; a folder counts by what is in it and not by where it lies."""
        kept = self.model_dump(mode="json", include={"pooling", "prefix", "least_similar"})
        return {"kind": self.kind, "model": self.identity, **kept}


class TransformersEncoder:
    """An encoder on this machine, opened when it is first asked."""

    def __init__(self, options: EncoderOptions) -> None:
        self._options = options
        self._most = options.batch_size

    @cached_property
    def _opened(self) -> Pretrained:
        opened = open_pretrained(self._options, _KIND)
        tokenizer = opened.processor
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
        return opened

    def encode(self, texts: Sequence[str]) -> "Vectors":
        """One unit vector a text, in order; float32 whatever the model computes in.

        Raises:
            BackendError: there is no such model, it is no encoder of text, or there is no memory for one sentence.
            MissingExtraError: torch or transformers is not installed.
        """
        import numpy as np

        # Like lengths together: what is padded is computed for nothing.
        order = sorted(range(len(texts)), key=lambda place: (len(texts[place]), place))
        parts = list(self._parts([self._options.prefix + (texts[place].strip() or _NOTHING) for place in order]))
        if not parts:
            return np.zeros((0, 0), dtype=np.float32)
        vectors = np.concatenate(parts)
        found = np.empty_like(vectors)
        found[order] = vectors
        return found

    def _parts(self, texts: Sequence[str]) -> Iterator["Vectors"]:
        place = 0
        while place < len(texts):
            batch = texts[place : place + self._most]
            try:
                vectors = self._encoded(batch)
            except RuntimeError as error:
                if not is_out_of_memory(error):
                    raise
                self._halve(len(batch))
                continue
            yield vectors
            place += len(batch)

    def _halve(self, size: int) -> None:
        if size == 1:
            raise BackendError(
                f"{self._options.model}: there is not enough memory for one sentence", hint=SMALLER_MODEL
            )
        self._most = max(size // 2, 1)

    def _encoded(self, batch: Sequence[str]) -> "Vectors":
        import torch

        opened = self._opened
        tokenizer = opened.processor
        longest = min(tokenizer.model_max_length, _limit(opened.model), 8192)
        inputs = tokenizer(list(batch), padding=True, truncation=True, max_length=longest, return_tensors="pt")
        inputs = inputs.to(opened.device)
        encoder = opened.model.get_encoder() if opened.model.config.is_encoder_decoder else opened.model
        with torch.inference_mode():
            states = encoder(**inputs).last_hidden_state.float()
            mask = inputs["attention_mask"].unsqueeze(-1).float()
            first = inputs["attention_mask"].argmax(dim=1)  # which is not 0 where padding stands on the left
            pooled = (
                (states * mask).sum(1) / mask.sum(1).clamp(min=1)
                if self._options.pooling == "mean"
                else states[torch.arange(len(batch), device=states.device), first]
            )
            vectors: Vectors = torch.nn.functional.normalize(pooled, dim=-1).cpu().numpy()
            return vectors


def _limit(model: Any) -> int:  # noqa: ANN401 - transformers' models share no useful type
    """Tokens that the model has places for. Some count theirs from the padding token on, and have two fewer."""
    places = getattr(model.config, "max_position_embeddings", None)
    offset = (getattr(model.config, "pad_token_id", 0) or 0) + 1 if model.config.model_type in _OFFSET else 0
    return places - offset if isinstance(places, int) and places > offset else _LONGEST


_OFFSET: Final = frozenset({"roberta", "xlm-roberta", "camembert", "mpnet", "longformer", "xlm-roberta-xl"})
