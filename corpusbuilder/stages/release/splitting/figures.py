"""Figures of which one is a copy of the other, and figures that stand everywhere."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from rapidfuzz import fuzz, process

from corpusbuilder.records.document import Document, Figure
from corpusbuilder.stages.release.splitting.pictures import Picture, candidates, look_at, resemblance
from corpusbuilder.stages.release.splitting.unions import Unions
from corpusbuilder.stages.release.splitting.wordruns import folded_words

LEAST_RESEMBLANCE: Final = 0.65
"""In the books at hand (n = 696 images) different pictures reach .45 and two of one template .5 to .9, which their
labels tell apart; of 400 copies (50 to 200 %, JPEG at 35 to 90, frame, grey) 98 % reach it, 96 % with up to 2 % cropped
off every edge, 93 % with up to 6 %."""
MOST_HOLDERS: Final = 3
"""Families of pieces in which a figure may stand and still bind them."""
LEAST_AREA: Final = 0.3
"""Share of the picture area of the smaller of two pieces that are alike by their figures, however many hold them."""
LEAST_ALIKE: Final = 3
_LABELS: Final = 3
_SAME_WORDS: Final = 0.5
_SAME_WORD: Final = 75.0
_PART_OF_PAGE: Final = 0.05


@dataclass(frozen=True, slots=True)
class FigureSeen:
    """What is compared of a figure, besides its image."""

    id: str
    piece: int
    """Place of its piece."""
    sha256: str
    """Of its image."""
    area: int
    """Pixels."""
    is_content: bool
    """It is more than an ornament, such as the logo on every title page: somebody wrote about it, or it is large."""
    words: tuple[str, ...]
    """Of its labels; empty unless there are three or more."""

    @classmethod
    def of(cls, figure: Figure, document: Document, piece: int) -> "FigureSeen":
        """Look at a figure."""
        labels = [folded_words(label.text) for label in figure.diagram.labels]
        told = bool(figure.caption or figure.number or figure.mentions or len(labels) >= _LABELS)
        words = sorted({word for label in labels for word in label if len(word) > 1})
        image = figure.image
        return cls(
            id=figure.id,
            piece=piece,
            sha256=image.sha256,
            area=image.width * image.height,
            is_content=told or _part_of_page(figure, document) >= _PART_OF_PAGE,
            words=tuple(words) if len(labels) >= _LABELS else (),
        )


def _part_of_page(figure: Figure, document: Document) -> float:
    page = next((page for page in document.pages if page.page_no == figure.page_no), None)
    left, top, right, bottom = figure.bbox
    return (right - left) * (bottom - top) / (page.width * page.height) if page and page.width * page.height else 0.0


class FigureIndex:
    """Which figures show one picture."""

    def __init__(self, figures: Sequence[FigureSeen], read_image: Callable[[str], bytes]) -> None:
        """Compare figures; ``read_image`` gives each image once, by its SHA-256."""
        self.figures = figures
        self._by_image: dict[str, list[int]] = defaultdict(list)
        for place, figure in enumerate(figures):
            self._by_image[figure.sha256].append(place)
        self.similarity: dict[tuple[int, int], float] = {}
        """Of images that are copies: by the places of their first figures, the lower first."""
        unions = Unions(len(figures))
        for places in self._by_image.values():
            for place in places[1:]:
                unions.join(places[0], place)
        self._join_copies(unions, read_image)
        self.clusters: list[tuple[int, ...]] = unions.groups()
        """Places of figures that show one picture; of two or more."""

    def _join_copies(self, unions: Unions, read_image: Callable[[str], bytes]) -> None:
        pictures: list[Picture] = []
        firsts: list[int] = []
        for sha256, places in sorted(self._by_image.items()):
            for picture in look_at(read_image(sha256)):
                pictures.append(picture)
                firsts.append(places[0])
        for a, b in candidates(pictures):
            one, other = sorted((firsts[a], firsts[b]))
            # A hundred copies of one picture are not all compared with each other.
            if unions.find(one) != unions.find(other) and self._may_be_copies(one, other):
                similarity = resemblance(pictures[a], pictures[b])
                if similarity >= LEAST_RESEMBLANCE:
                    self.similarity[one, other] = similarity
                    unions.join(one, other)

    def _may_be_copies(self, a: int, b: int) -> bool:
        """Two diagrams of one template with other words are none; OCR gets words and their limits wrong."""
        few, many = sorted((self.figures[a].words, self.figures[b].words), key=len)
        if not few:
            return True
        likest = (process.extractOne(word, many, scorer=fuzz.ratio, score_cutoff=_SAME_WORD) for word in few)
        same = sum(word is not None for word in likest)
        return same >= _SAME_WORDS * len(few)

    def similarity_of(self, a: int, b: int) -> float:
        """How far two figures are copies, 0 to 1; 0 of those that were not found to be."""
        one, other = sorted(self._by_image[self.figures[place].sha256][0] for place in (a, b))
        return 1.0 if one == other else self.similarity.get((one, other), 0.0)

    def alike(self, pieces: int) -> set[tuple[int, int]]:
        """Places of pieces that share a good part of their figures, the lower first."""
        shared: dict[tuple[int, int], list[int]] = defaultdict(list)
        for cluster in self._content():
            area = self._areas(cluster)
            for pair in combinations(sorted(area), 2):
                shared[pair].append(min(area[place] for place in pair))
        totals = [0] * pieces
        for figure in self.figures:
            totals[figure.piece] += figure.area if figure.is_content else 0
        return {
            (a, b)
            for (a, b), areas in shared.items()
            if len(areas) >= LEAST_ALIKE and sum(areas) >= LEAST_AREA * min(totals[a], totals[b])
        }

    def _areas(self, cluster: Sequence[int]) -> Mapping[int, int]:
        areas: dict[int, int] = {}
        for place in cluster:
            figure = self.figures[place]
            areas[figure.piece] = max(areas.get(figure.piece, 0), figure.area)
        return areas

    def _content(self) -> list[tuple[int, ...]]:
        return [cluster for cluster in self.clusters if any(self.figures[place].is_content for place in cluster)]

    def bound(self, families: Sequence[int]) -> list[tuple[int, int]]:
        """Families that hold one picture, the lower first, unless more than `MOST_HOLDERS` of them do."""
        found: set[tuple[int, int]] = set()
        for cluster in self._content():
            holders = sorted({int(families[self.figures[place].piece]) for place in cluster})
            if len(holders) <= MOST_HOLDERS:
                found.update(combinations(holders, 2))
        return sorted(found)

    def stock(self, families: Sequence[int]) -> set[int]:
        """Places of figures whose picture stands in more families, or is an ornament of several."""
        held = {
            cluster: len({int(families[self.figures[place].piece]) for place in cluster}) for cluster in self.clusters
        }
        content = set(self._content())
        return {
            place for cluster, holders in held.items() if holders > (MOST_HOLDERS if cluster in content else 1)
            for place in cluster
        }  # fmt: skip
