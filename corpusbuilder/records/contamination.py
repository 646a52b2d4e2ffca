"""What a release repeats across its splits, and of the questions of benchmarks: ids and similarities, never a text."""

from typing import Literal, TypeAlias

from corpusbuilder.records.base import Record
from corpusbuilder.records.release import Split

OverlapKind: TypeAlias = Literal["question", "passage", "figure", "stock_passage", "stock_figure"]
"""``stock_…``: it stands in so many otherwise unrelated sources that it binds none of them together, such as a licence
notice or a publisher's logo."""


class SplitOverlap(Record):
    """What stands in two splits, counted in those of the less held-out one."""

    a: Split
    """The less held-out split."""
    b: Split
    """The more held-out split."""
    questions: int
    """Examples of ``a`` that ask what an example of ``b`` asks, in nearly the same words."""
    passages: int
    """Passages of ``a`` most of whose words stand in ``b`` as well; without those counted as stock."""
    figures: int
    """Figures of ``a`` that are a copy of one in ``b``; without stock."""
    stock_passages: int
    """Passages of ``a`` that are stock text and stand in ``b`` as well."""
    stock_figures: int = 0
    """Figures of ``a`` that are stock and stand in ``b`` as well."""


class BenchmarkOverlap(Record):
    """What the release repeats of one file of benchmark questions."""

    file: str
    """Its name within the workspace; without folders when it lies elsewhere."""
    sha256: str
    """Of the file."""
    questions: int
    """That were read from it."""
    exact: int
    """Examples of the release that ask one of them word for word; case, accents and punctuation apart."""
    near: int
    """Further examples that ask one of them in nearly the same words."""


class OverlapPair(Record):
    """Two things of different splits that are alike. Of all that are like ``a``, the most similar one is named."""

    kind: OverlapKind
    a: str
    """Id of the one in the less held-out split."""
    a_split: Split
    b: str
    b_split: Split
    similarity: float
    """0 to 1: of questions, the share of runs of words that both have; of passages, the share of the runs of ``a`` that
    stand in ``b``; of figures, the correlation of their pixels."""


class BenchmarkPair(Record):
    """An example that asks what a benchmark asks. Of all questions of the file, the most similar one is named."""

    file: str
    line: int
    """Where the question begins in the file, from 1."""
    example_id: str
    split: Split
    """Of the example."""
    exact: bool
    similarity: float
    """0 to 1: the share of runs of words that both have; in a longer prompt, the share of those of the example."""


class ContaminationReport(Record):
    """The content of ``contamination.json``."""

    format: Literal[1] = 1
    between_splits: tuple[SplitOverlap, ...]
    """One for every two splits that have rows."""
    benchmarks: tuple[BenchmarkOverlap, ...]
    """One for every file in ``release.benchmarks``, in that order."""
    left_out: int = 0
    """Examples that rest on stock of several splits, and stand in none but the most held-out of them."""
    pairs: tuple[OverlapPair, ...] = ()
    benchmark_pairs: tuple[BenchmarkPair, ...] = ()
