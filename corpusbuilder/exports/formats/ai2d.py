"""AI2D (Kembhavi et al., "A Diagram Is Worth A Dozen Images", 2016): diagrams as graphs, with questions to choose from.

::

    images/<n>.png
    annotations/<n>.png.json    what was read inside the figure, and how it is connected
    questions/<n>.png.json      the multiple-choice questions on it, if there are any
    categories.json             kind of every figure
    sources.json                released id of every figure
    ai2d_<split>_ids.csv        the figures of a split

The layout and keys are those of the original data set: ids are T0 (text), B0 (blob), A0 (arrow), H0 (arrow head) and I0
(the image), rectangles ``[[x0, y0], [x1, y1]]``, polygons lists of points, all in pixels of the image. T<n>, B<n> and
A<n> are the labels, regions and connectors of the released figure in their order. Coordinates keep the decimals of the
release. It knows the path of an arrow and where it points, not its outline nor the size of its head: the polygon of an
arrow is a thin band around its path, the rectangle of a head is the point of the arrow.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeAlias

from corpusbuilder.exports.base import ExportOptions, ExportReport
from corpusbuilder.exports.formats.choices import LETTERS, choice_problem
from corpusbuilder.exports.formats.shapes import band, region_polygon
from corpusbuilder.exports.images import image_bytes, image_suffix, put_file
from corpusbuilder.exports.selection import refuse_trace, wanted_splits
from corpusbuilder.store.files import write_lines
from corpusbuilder.store.release import ReleaseFolder

Entry: TypeAlias = dict[str, Any]
Entries: TypeAlias = dict[str, Entry]
"""By AI2D's id."""

_QUESTION_COLUMNS: Final = ("id", "question", "answer", "choices", "figure_id")


def export(release: ReleaseFolder, folder: Path, options: ExportOptions) -> ExportReport:
    """Write the figures of a release and the questions on them as AI2D; see `corpusbuilder.exports.base.Export`."""
    refuse_trace(options, "AI2D")
    numbers = count()
    left_out: Counter[str] = Counter()
    written: Counter[str] = Counter()
    kinds: dict[str, str] = {}
    sources: dict[str, str] = {}
    for split in wanted_splits(release, options, config="figures"):
        names: dict[str, str] = {}
        for row in release.rows("figures", split=split):
            names[row["id"]] = name = _write_figure(folder, row, next(numbers))
            kinds[name], sources[name] = row["kind"] or "none", row["id"]
        stems = (name.partition(".")[0] for name in names.values())
        write_lines(folder / f"ai2d_{split}_ids.csv", (f"{stem}\n".encode() for stem in stems))
        written["annotations"] += len(names)
        written["questions"] += _write_questions(release, split, folder / "questions", names, left_out)
    put_file(folder / "categories.json", _json(kinds))
    put_file(folder / "sources.json", _json(sources))
    return ExportReport(rows=dict(written), images=len(sources), left_out=dict(sorted(left_out.items())))


def _write_figure(folder: Path, figure: Mapping[str, Any], number: int) -> str:
    """Write the image and the annotation of a figure; returns AI2D's name of it."""
    data = image_bytes(figure)
    name = f"{number}{image_suffix(data, figure['id'])}"
    put_file(folder / "images" / name, data)
    put_file(folder / "annotations" / f"{name}.json", _json(annotation(figure, name)))
    return name


def annotation(figure: Mapping[str, Any], name: str) -> Entry:
    """The annotation of a released figure whose image is called ``name``."""
    connectors = {f"A{n}": row for n, row in enumerate(figure["connectors"]) if len(row["points"]) >= 2}
    arrows = {key: {"id": key, "polygon": band(row["points"])} for key, row in connectors.items()}
    heads = {key.replace("A", "H"): row["points"][-1] for key, row in connectors.items() if row["directed"]}
    ids = {row["id"]: f"T{n}" for n, row in enumerate(figure["labels"])}
    ids |= {row["id"]: f"B{n}" for n, row in enumerate(figure["regions"])}
    ids |= {row["id"]: key for key, row in connectors.items()}
    return {
        "arrowHeads": {key: {"id": key, "rectangle": [tip, tip]} for key, tip in heads.items()},
        "arrows": arrows,
        "blobs": {
            f"B{n}": {"id": f"B{n}", "polygon": region_polygon(row["polygon"], row["box"])}
            for n, row in enumerate(figure["regions"])
        },
        "containers": {},
        "imageConsts": {"I0": {"id": "I0"}},
        "imageName": name,
        "meaningfulSpaces": {},
        "relationships": {entry["id"]: entry for entry in _relationships(figure, connectors, ids)},
        "text": {f"T{n}": _text(f"T{n}", row, n) for n, row in enumerate(figure["labels"])},
    }


def _text(key: str, label: Mapping[str, Any], place: int) -> Entry:
    x0, y0, x1, y1 = label["box"]
    rounds, letter = divmod(place, len(LETTERS))
    return {
        "id": key,
        "rectangle": [[x0, y0], [x1, y1]],
        "replacementText": LETTERS[letter] * (rounds + 1),
        "value": label["text"],
    }


def _relationships(figure: Mapping[str, Any], connectors: Entries, ids: Mapping[str, str]) -> Iterator[Entry]:
    """Arrows and their heads, what they connect, and which label names which region."""
    joined = set()
    for key, row in connectors.items():
        if row["directed"]:
            yield _relationship("arrowHeadTail", key, key.replace("A", "H"))
        tail, head = ids.get(row["tail_id"]), ids.get(row["head_id"])
        if tail and head:
            joined.add(frozenset((tail, head)))
            category = _linkage(tail, head, directed=row["directed"])
            yield _relationship(category, tail, head, connector=key, directed=row["directed"])
    for row in figure["regions"]:
        label, region = ids.get(row["label_id"]), ids[row["id"]]
        if label and frozenset((label, region)) not in joined:
            yield _relationship("intraObjectLabel", label, region)


def _linkage(tail: str, head: str, *, directed: bool) -> str:
    """AI2D's name of a link: an arrow between two things, or a line from a text to the thing or text it belongs to."""
    texts = (tail[0] + head[0]).count("T")
    if directed or texts == 0:
        return "interObjectLinkage"
    return "intraObjectLinkage" if texts == 1 else "intraObjectTextLinkage"


def _relationship(
    category: str, origin: str, destination: str, *, connector: str | None = None, directed: bool = False
) -> Entry:
    between = (origin, connector, destination) if connector else (origin, destination)
    return {
        "category": category,
        **({"connector": connector} if connector else {}),
        "destination": destination,
        "hasDirectionality": directed,
        "id": "+".join(between),
        "origin": origin,
    }


def _write_questions(
    release: ReleaseFolder, split: str, folder: Path, names: Mapping[str, str], left_out: Counter[str]
) -> int:
    """Write the questions of a split, all of a figure in one file; returns how many."""
    asked: dict[str, Entries] = {}
    for row in release.rows("examples", split=split, columns=_QUESTION_COLUMNS):
        name = names.get(row["figure_id"])
        questions = asked.setdefault(name, {}) if name else {}
        problem = choice_problem(row) if name else "they are on no figure of their split"
        if row["question"] in questions:
            problem = problem or "the same was asked on their figure before"
        if problem:
            left_out[problem] += 1
            continue
        questions[row["question"]] = {
            "abcLabel": False,
            "answerTexts": row["choices"],
            "correctAnswer": row["choices"].index(row["answer"]),
            "questionId": f"{name}-{len(questions)}",
        }
    for name, questions in asked.items():
        if questions:
            put_file(folder / f"{name}.json", _json({"imageName": name, "questions": questions}))
    return sum(map(len, asked.values()))


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
