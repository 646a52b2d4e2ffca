"""How the next token is chosen: each row of a batch for itself, so that its neighbours play no part."""

from collections.abc import Sequence
from typing import Any


class SeededDraw:
    """Draws from a temperature's distribution by adding Gumbel noise, whose largest sum is such a draw.

    The library would draw for all rows from one stream of random numbers; here each row has a stream of its own. Passed
    to ``generate`` as a logits processor beside ``do_sample=False``.
    """

    def __init__(self, seeds: Sequence[int], *, temperature: float, top_p: float | None, device: str) -> None:
        import torch

        self._temperature = temperature
        self._top_p = top_p
        self._streams = [torch.Generator(device).manual_seed(seed) for seed in seeds]

    def __call__(self, input_ids: Any, scores: Any) -> Any:  # noqa: ANN401, ARG002 - a logits processor
        """Scores of shape (rows, vocabulary), so changed that the largest of a row is its draw."""
        import torch

        scores = scores.float() / self._temperature
        if self._top_p is not None and self._top_p < 1:
            scores = _nucleus(scores, self._top_p)
        noise = torch.empty_like(scores)
        for row, stream in zip(noise, self._streams, strict=True):
            row.exponential_(generator=stream)
        return scores - noise.clamp_min(torch.finfo(noise.dtype).tiny).log()


def _nucleus(scores: Any, top_p: float) -> Any:  # noqa: ANN401
    """Only the likeliest tokens that together reach ``top_p``; the likeliest always."""
    ranked, places = scores.sort(dim=-1, descending=True, stable=True)
    likely = ranked.softmax(dim=-1)
    ranked = ranked.masked_fill(likely.cumsum(dim=-1) - likely >= top_p, float("-inf"))
    return ranked.scatter(-1, places, ranked)


class RowLimits:
    """Ends each row at its own length. Passed to ``generate`` as a stopping criterion."""

    def __init__(self, limits: Sequence[int], *, prompt: int, device: str) -> None:
        """Make the criterion.

        Args:
            limits: tokens that each row may add.
            prompt: tokens of the padded prompt.
            device: of the model.
        """
        import torch

        self._ends = torch.tensor(limits, device=device) + prompt

    def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:  # noqa: ANN401, ARG002 - a stopping criterion
        """Which rows are done."""
        return self._ends <= input_ids.shape[1]
