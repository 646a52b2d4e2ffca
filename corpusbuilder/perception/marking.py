"""Tokens of a region or a span as masks for training, and where they stand in a prompt."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


TokenIds: TypeAlias = Any
"""Numbers, or an array or tensor of one dimension."""


class Tokens(Protocol):
    """`corpusbuilder.perception.visual.VisualTokens` and `corpusbuilder.perception.text.TextTokens`."""

    @property
    def indices(self) -> tuple[int, ...]:
        """Ascending, from 0."""

    @property
    def length(self) -> int:
        """Tokens in all."""


def token_mask(found: Iterable[Tokens]) -> "NDArray[np.bool_]":
    """Which tokens show any of several regions of one image, or belong to any of several spans of one text.

    Args:
        found: tokens of the same image under the same processor, or of the same text under the same tokenizer.

    Returns:
        bool of shape ``(length,)``.

    Raises:
        ValueError: there are none, or they do not belong to the same image or text.
    """
    import numpy as np

    several = list(found)
    lengths = {tokens.length for tokens in several}
    if len(lengths) != 1:
        raise ValueError(f"tokens of one image or text have one length in common, got {sorted(lengths)}")
    marked = np.zeros(lengths.pop(), dtype=bool)
    for tokens in several:
        marked[list(tokens.indices)] = True
    return marked


def positions(found: Tokens, input_ids: TokenIds, image_token_id: int, *, before: int = 0) -> list[int]:
    """Where the visual tokens of a region stand in a prompt that the processor has written.

    Args:
        found: of the image.
        input_ids: one sequence of token ids: a list, or an array or tensor of one dimension.
        image_token_id: the id that stands once for every visual token.
        before: number of visual tokens of the images that come before in the same prompt.

    Raises:
        ValueError: the prompt has fewer visual tokens than the image: it was cut off, or belongs to another processor.
    """
    ids: Sequence[Any] = input_ids.tolist() if hasattr(input_ids, "tolist") else list(input_ids)
    places = [place for place, token in enumerate(ids) if token == image_token_id]
    if len(places) < before + found.length:
        raise ValueError(
            f"a prompt with {len(places)} visual tokens cannot hold {found.length} of an image after {before} of others"
        )
    return [places[before + index] for index in found.indices]
