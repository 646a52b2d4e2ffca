"""The first look at a corpus: what has to be known of all of it before the first row is written."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

import numpy as np

from corpusbuilder.config import Splits
from corpusbuilder.records.document import Document, Unit
from corpusbuilder.records.example import VerifiedExample
from corpusbuilder.records.release import SPLITS, ReleaseManifest
from corpusbuilder.stages.release.splits import Piece, SplitPlan, plan_splits
from corpusbuilder.stages.release.splitting.figures import FigureIndex, FigureSeen
from corpusbuilder.stages.release.splitting.grouping import Grouping, group
from corpusbuilder.stages.release.splitting.likeness import Likeness
from corpusbuilder.stages.release.splitting.passages import PassageIndex
from corpusbuilder.stages.release.splitting.questions import Questions
from corpusbuilder.stages.release.splitting.sketches import Sketch, sketch
from corpusbuilder.stages.release.splitting.wordruns import Numbers, Texts, folded_words


class Survey:
    """Everything that is compared across a corpus; texts are kept as hashes of their words, images as thumbnails."""

    def __init__(self, *, by_unit: bool) -> None:
        self._by_unit = by_unit
        self._places: dict[str, int] = {}
        self._documents: list[Document] = []
        self._units: list[list[str]] = []
        self._sketches: list[Sketch] = []
        self._texts = Texts()
        self._seen: list[FigureSeen] = []
        self._counts: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        self._unit_of: dict[str, str] = {}
        self.passage_ids: list[str] = []
        self.passage_pieces: list[int] = []
        self.questions = Questions()

    def add_units(self, units: Sequence[Unit]) -> None:
        """Look at all units of one document."""
        for part in [[unit] for unit in units] if self._by_unit else [list(units)] if units else []:
            self._add_piece(part[0].id if self._by_unit else part[0].document.id, part)

    def _add_piece(self, piece: str, units: Sequence[Unit]) -> None:
        place = len(self._places)
        self._places[piece] = place
        self._documents.append(units[0].document)
        self._units.append([unit.id for unit in units])
        whole: list[str] = []
        for unit in units:
            self._unit_of[unit.id] = piece
            for passage in unit.passages:
                words = folded_words(passage.text)
                whole.extend(words)
                self._texts.add(words)
                self.passage_ids.append(passage.id)
                self.passage_pieces.append(place)
            self._seen.extend(FigureSeen.of(figure, unit.document, place) for figure in unit.figures)
        self._sketches.append(sketch(whole))

    def add_examples(self, records: Iterable[VerifiedExample]) -> None:
        """Look at the examples of one document that may be released, after its units."""
        for record in records:
            example = record.example
            piece = self._unit_of.get(example.unit_id)
            if piece is None:
                continue  # it will be rejected by name when its row is made
            subject = self._documents[self._places[piece]].subject or ""
            strata = (("language", example.language), ("subject", subject), ("type", example.question_type.value))
            self._counts[piece].update([("examples", ""), *strata])
            self.questions.add(example, piece)

    def compare(self, read_image: Callable[[str], bytes]) -> "Compared":
        """Compare everything with everything."""
        passages = PassageIndex(self._texts, self.passage_pieces)
        figures = FigureIndex(self._seen, read_image)
        return Compared(list(self._places), passages, figures, group(self._sketches, passages, figures), self)

    def pieces(self) -> list[Piece]:
        """What is assigned to splits."""
        return [
            Piece(piece, self._counts[piece], self._documents[place].id, tuple(self._units[place]))
            for piece, place in self._places.items()
        ]


class Compared:
    """A corpus of which is known what is like what."""

    def __init__(
        self, ids: Sequence[str], passages: PassageIndex, figures: FigureIndex, grouping: Grouping, survey: Survey
    ) -> None:
        self.ids = ids
        """Of the pieces, by their places."""
        self.passages = passages
        self.figures = figures
        self.grouping = grouping
        self.survey = survey

    @cached_property
    def alike(self) -> Likeness:
        """Which questions are."""
        return self.survey.questions.alike()

    def plan(self, shares: Splits, previous: ReleaseManifest | None) -> SplitPlan:
        """Assign all pieces to splits."""
        groups = ([self.ids[place] for place in members] for members in self.grouping.groups)
        return plan_splits(self.survey.pieces(), groups, shares, previous)

    def sides(self, plan: SplitPlan) -> Numbers:
        """The split of each piece, as its place in ``SPLITS``."""
        return np.array([SPLITS.index(plan.split_of[piece]) for piece in self.ids], dtype=np.int64)
