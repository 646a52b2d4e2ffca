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
A<n> are the labels, regions and connectors of the released figure in their order; see `corpusbuilder.exports.graphs`.
Coordinates keep the decimals of the release. It knows the path of an arrow and where it points, not the size of its
head: the rectangle of a head is the point of the arrow.
"""

import json
from collections import Counter
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any, Final

from corpusbuilder.exports.base import ExportOptions, ExportReport
from corpusbuilder.exports.formats.choices import choice_problem
from corpusbuilder.exports.graphs.ai2d import Entries, Entry, diagram_annotation
from corpusbuilder.exports.images import image_bytes, image_suffix, put_file
from corpusbuilder.exports.selection import refuse_trace, wanted_splits
from corpusbuilder.records.diagram import Connector, Diagram, DiagramLabel, Region
from corpusbuilder.records.geometry import box_polygon
from corpusbuilder.store.files import write_lines
from corpusbuilder.store.release import ReleaseFolder

_OF_ALL: Final = ("id", "method", "score")
"""What is released of every element."""
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
    return diagram_annotation(_diagram(figure), name, figure["caption"])


def _diagram(figure: Mapping[str, Any]) -> Diagram:
    """What a release keeps of a diagram, with what it does not keep as it is by default."""
    return Diagram(
        labels=tuple(_label(row) for row in figure["labels"]),
        connectors=tuple(_connector(row) for row in figure["connectors"]),
        regions=tuple(_region(row) for row in figure["regions"]),
    )


def _label(row: Mapping[str, Any]) -> DiagramLabel:
    return DiagramLabel(polygon=box_polygon(row["box"]), **{key: row[key] for key in ("text", "box", *_OF_ALL)})


def _connector(row: Mapping[str, Any]) -> Connector:
    kept = {key: row[key] for key in ("points", "tail_id", "head_id", "directed", *_OF_ALL)}
    return Connector(kind="arrow" if row["directed"] else "line", **kept)


def _region(row: Mapping[str, Any]) -> Region:
    return Region(**{key: row[key] for key in ("polygon", "box", "label_id", *_OF_ALL)})


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
