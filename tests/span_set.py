"""The evaluation set for text spans, how an answer is scored, and a table of scores.

    python tests/span_set.py [--half dev|test|all] [--language en|fr] [-v [--show-test]]

What an item is: tests/data/spans/GUIDE.md.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from builders import passage

from corpusbuilder.backends.grounders.found import Found
from corpusbuilder.backends.grounders.spans.support import find_support
from corpusbuilder.records.document import Passage

DATA = Path(__file__).parent / "data" / "spans"
LANGUAGES = ("en", "fr")
HALVES = ("dev", "test")
KINDS = ("verbatim", "paraphrased", "compressed", "split", "absent")
COVERED_FROM = 0.8
"""The share of a gold span's characters that makes it covered."""

Characters = frozenset[tuple[str, int]]
Answerer = Callable[..., Found]


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of a passage."""

    passage_id: str
    start: int
    end: int
    quote: str

    @property
    def characters(self) -> Characters:
        """Each character with its passage."""
        return frozenset((self.passage_id, i) for i in range(self.start, self.end))


Answer = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A step, the passages that it is shown with, and the spans that support it."""

    id: str
    language: str
    half: str
    kind: str
    text: str
    passages: tuple[Passage, ...]
    gold: Answer
    """Empty when no passage supports the step."""
    also: tuple[Answer, ...]
    """Other answers that count as right, each complete in itself."""
    note: str

    @property
    def accepted(self) -> tuple[Answer, ...]:
        """All right answers; none for an absent item."""
        return (self.gold, *self.also) if self.gold else ()


@dataclass(frozen=True, slots=True)
class Score:
    """How one item was answered."""

    item: Item
    predicted: Answer
    covered: bool
    """Every span of one accepted answer is covered to ``COVERED_FROM`` by all predicted spans together."""
    iou: float
    """Of the predicted characters and the accepted answer nearest to them; 0 for an abstention or an absent item."""

    @property
    def abstained(self) -> bool:
        """Whether nothing was asserted."""
        return not self.predicted

    @property
    def wrong(self) -> bool:
        """Whether something was asserted that touches no accepted span, or anything of an absent item."""
        return bool(self.predicted) and self.iou == 0


def _lines(name: str) -> list[dict]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def located(parts: Iterable[dict], passages: dict[str, Passage]) -> Answer:
    """The quotes with their offsets. ``ValueError`` for one that does not stand exactly once in its passage."""
    spans = []
    for part in parts:
        text, quote = passages[part["passage_id"]].text, part["quote"]
        start = text.find(quote)
        if not quote or start < 0 or text.find(quote, start + 1) >= 0:
            raise ValueError(f"not exactly once in {part['passage_id']}: {quote!r}")
        spans.append(Span(part["passage_id"], start, start + len(quote), quote))
    return tuple(spans)


def load_passages(language: str) -> dict[str, Passage]:
    """All passages of a language by id."""
    return {line["id"]: passage(line["id"], line["text"]) for line in _lines(f"passages.{language}.jsonl")}


def load_items(language: str) -> tuple[Item, ...]:
    """All items of a language in the order of the file."""
    passages = load_passages(language)

    def item(line: dict) -> Item:
        shown = tuple(passages[i] for i in line["passages"])
        by_id = {p.id: p for p in shown}
        return Item(
            id=line["id"],
            language=language,
            half=line["half"],
            kind=line["kind"],
            text=line["text"],
            passages=shown,
            gold=located(line["gold"], by_id),
            also=tuple(located(parts, by_id) for parts in line.get("also", ())),
            note=line.get("note", ""),
        )

    return tuple(item(line) for line in _lines(f"steps.{language}.jsonl"))


def _union(answer: Answer) -> Characters:
    return frozenset().union(*(span.characters for span in answer))


def _iou(predicted: Characters, accepted: Characters) -> float:
    return len(predicted & accepted) / len(predicted | accepted) if predicted else 0.0


def _covers(predicted: Characters, answer: Answer) -> bool:
    return all(len(s.characters & predicted) >= COVERED_FROM * len(s.characters) for s in answer)


def score(item: Item, predicted: Answer) -> Score:
    """How right an answer is."""
    characters = _union(predicted)
    return Score(
        item=item,
        predicted=predicted,
        covered=any(_covers(characters, answer) for answer in item.accepted),
        iou=max((_iou(characters, _union(answer)) for answer in item.accepted), default=0.0),
    )


def measure(items: Iterable[Item], answer: Answerer = find_support) -> tuple[Score, ...]:
    """The scores of what ``answer(text, passages, language=…)`` finds."""

    def predicted(item: Item) -> Answer:
        found = answer(item.text, item.passages, language=item.language)
        return tuple(Span(e.passage_id, e.start, e.end, e.quote) for e in found.evidence if e.type == "span")

    return tuple(score(item, predicted(item)) for item in items)


@dataclass(frozen=True, slots=True)
class Summary:
    """Means over some items; ``None`` where there is nothing to average."""

    n: int
    covered: float | None
    """Share of the items that have gold."""
    iou: float | None
    """Mean over the items that have gold, an abstention counting 0."""
    iou_where_answered: float | None
    """Mean over the items that have gold and were answered."""
    abstained_on_present: float | None
    """Share of the items that have gold."""
    wrong_on_present: float | None
    """Share of the items that have gold for which only other text was asserted."""
    abstained_on_absent: float | None
    """Share of the items without gold."""


def _mean(values: Iterable[float]) -> float | None:
    numbers = list(values)
    return fmean(numbers) if numbers else None


def summarise(scores: Sequence[Score]) -> Summary:
    """The figures of a set of scores."""
    present = [s for s in scores if s.item.gold]
    return Summary(
        n=len(scores),
        covered=_mean(s.covered for s in present),
        iou=_mean(s.iou for s in present),
        iou_where_answered=_mean(s.iou for s in present if not s.abstained),
        abstained_on_present=_mean(s.abstained for s in present),
        wrong_on_present=_mean(s.wrong for s in present),
        abstained_on_absent=_mean(s.abstained for s in scores if not s.item.gold),
    )


_COLUMNS = ("n", "covered", "IoU", "IoU ans.", "abst.", "wrong", "absent abst.")


def _row(name: str, scores: Sequence[Score]) -> str:
    s = summarise(scores)
    values = (s.covered, s.iou, s.iou_where_answered, s.abstained_on_present, s.wrong_on_present, s.abstained_on_absent)
    cells = [str(s.n), *("-" if v is None else f"{v:.3f}" for v in values)]
    return f"{name:<16}" + "".join(f"{cell:>13}" for cell in cells)


def table(scores: Sequence[Score]) -> str:
    """A row per language and kind, one per language, and one of all."""
    rows = [" " * 16 + "".join(f"{c:>13}" for c in _COLUMNS)]
    for language in LANGUAGES:
        of_language = [s for s in scores if s.item.language == language]
        if of_language:
            counts = Counter(s.item.kind for s in of_language)
            kinds = [kind for kind in KINDS if counts[kind]]
            rows += [_row(f"{language} {kind}", [s for s in of_language if s.item.kind == kind]) for kind in kinds]
            rows.append(_row(f"{language} all", of_language))
    return "\n".join([*rows, _row("all", scores)])


def failures(scores: Iterable[Score]) -> Iterable[str]:
    """The items that were not answered as they should be, with what was expected and what came."""
    for s in scores:
        right = s.abstained if not s.item.gold else s.covered and s.iou >= COVERED_FROM
        if not right:
            yield f"\n{s.item.id} {s.item.kind} covered={s.covered} iou={s.iou:.2f}: {s.item.text}"
            yield from (f"  gold {span.passage_id}: {span.quote}" for span in s.item.gold)
            yield from (f"  came {span.passage_id}: {span.quote}" for span in s.predicted)


def main() -> None:
    """Measure `find_support` and print the table."""
    parser = argparse.ArgumentParser(description="Score find_support on the set of text spans.")
    parser.add_argument("--half", choices=(*HALVES, "all"), default="all")
    parser.add_argument("--language", choices=LANGUAGES)
    parser.add_argument("-v", "--verbose", action="store_true", help="list the failures of the dev half")
    parser.add_argument("--show-test", action="store_true", help="with -v: those of the test half too")
    arguments = parser.parse_args()
    if arguments.verbose and arguments.half != "dev" and not arguments.show_test:
        parser.error("-v would show the test half; add --half dev, or --show-test if you know what you do")
    languages = (arguments.language,) if arguments.language else LANGUAGES
    items = [i for language in languages for i in load_items(language) if arguments.half in (i.half, "all")]
    scores = measure(items)
    if arguments.verbose:
        sys.stdout.write("\n".join(failures(scores)) + "\n\n")
    sys.stdout.write(table(scores) + "\n")


if __name__ == "__main__":
    main()
