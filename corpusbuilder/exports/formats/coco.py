"""COCO: figures with their labels, connectors and regions, and a second file with the evidence of reasoning steps.

::

    images/<sha256>.png
    annotations/instances_<split>.json   one annotation per element of a figure's diagram
    annotations/evidence_<split>.json    one annotation per region that a reasoning step rests on

The format is that of https://cocodataset.org/#format-data, as `pycocotools` reads it: integer ids, boxes as
``[x, y, width, height]`` and polygons as ``[x1, y1, x2, y2, …]`` in pixels. What COCO has no field for stands in more
keys, which its readers pass on: the released ids, the text of labels, the ends of connectors, the text of steps.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import Any, Final, TypeAlias

from corpusbuilder.exports.base import ExportOptions, ExportReport
from corpusbuilder.exports.formats.shapes import (
    Points,
    bounds,
    corner_and_size,
    enclosed_area,
    path_band,
    region_polygon,
)
from corpusbuilder.exports.images import ImageFolder
from corpusbuilder.exports.selection import refuse_trace, wanted_splits
from corpusbuilder.records.example import StepKind
from corpusbuilder.store.files import write_lines
from corpusbuilder.store.release import ReleaseFolder

Entry: TypeAlias = dict[str, Any]

ELEMENTS: Final = ("label", "region", "connector")
"""Categories of the elements, by id from 1."""
STEPS: Final = tuple(kind.value for kind in StepKind)
"""Categories of the evidence, by id from 1: what kind of step it is the evidence of."""
_FIGURE_COLUMNS: Final = ("id", "document_id", "caption", "kind", "width", "height")
_NO_REGION: Final = "none of their steps rests on a region of a figure"
_ELSEWHERE: Final = "a step rests on a figure that is not in their split"


def export(release: ReleaseFolder, folder: Path, options: ExportOptions) -> ExportReport:
    """Write the figures of a release as a COCO data set; see `corpusbuilder.exports.base.Export`."""
    refuse_trace(options, "COCO")
    images = ImageFolder(folder / "images")
    licences = _Licences(release)
    image_ids, element_ids, evidence_ids = count(1), count(1), count(1)
    written: dict[str, int] = {}
    left_out: Counter[str] = Counter()
    for split in wanted_splits(release, options, config="figures"):
        files = _write_images(release, split, images)
        shown = {figure_id: next(image_ids) for figure_id in files}
        figures = partial(_images, release, split, files, shown, licences)
        instances, evidence = f"annotations/instances_{split}.json", f"annotations/evidence_{split}.json"
        elements = _elements(release, split, shown, element_ids)
        written[instances] = _write(folder / instances, licences.entries(), figures(), elements, ELEMENTS)
        regions = _evidence(release, split, shown, evidence_ids, left_out)
        written[evidence] = _write(folder / evidence, licences.entries(), figures(), regions, STEPS)
    return ExportReport(
        rows=written,
        images=len(images),
        left_out=dict(sorted(left_out.items())),
        usage=f'pycocotools.coco.COCO("{{folder}}/{next(iter(written))}")',
    )


class _Licences:
    """The licences of a release's documents, numbered from 1 in the order of their names, after the unknown one."""

    def __init__(self, release: ReleaseFolder) -> None:
        documents = release.rows("documents", columns=("id", "licence"))
        self._by_document: dict[str, str] = {row["id"]: row["licence"] for row in documents if row["licence"]}
        names = ("unknown", *sorted(set(self._by_document.values())))
        self._numbers = {name: number for number, name in enumerate(names, start=1)}

    def number(self, document_id: str) -> int:
        return self._numbers[self._by_document.get(document_id, "unknown")]

    def entries(self) -> list[Entry]:
        return [{"id": number, "name": name, "url": ""} for name, number in self._numbers.items()]


def _write_images(release: ReleaseFolder, split: str, images: ImageFolder) -> dict[str, str]:
    """File names of the images of all figures of a split, by figure id, in order."""
    rows = release.rows("figures", split=split, columns=("id", "image"))
    return {row["id"]: images.add(row) for row in rows}


def _images(
    release: ReleaseFolder, split: str, files: Mapping[str, str], numbers: Mapping[str, int], licences: _Licences
) -> Iterator[Entry]:
    for row in release.rows("figures", split=split, columns=_FIGURE_COLUMNS):
        yield {
            "id": numbers[row["id"]],
            "file_name": files[row["id"]],
            "width": row["width"],
            "height": row["height"],
            "license": licences.number(row["document_id"]),
            "source_id": row["id"],
            "caption": row["caption"],
            "kind": row["kind"],
        }


def _elements(release: ReleaseFolder, split: str, images: Mapping[str, int], numbers: Iterator[int]) -> Iterator[Entry]:
    columns = ("id", "labels", "connectors", "regions")
    for figure in release.rows("figures", split=split, columns=columns):
        for category, name in enumerate(ELEMENTS, start=1):
            for element in figure[f"{name}s"]:
                shape = _connector_shape(element) if name == "connector" else _shape(element)
                if shape is not None:
                    more = {"source_id": element["id"], "method": element["method"], "score": element["score"]}
                    more |= {key: element[key] for key in _KEPT[name]}
                    yield _annotation(next(numbers), images[figure["id"]], category, *shape) | more


_KEPT: Final[dict[str, tuple[str, ...]]] = {
    "label": ("text",),
    "region": ("label_id",),
    "connector": ("points", "tail_id", "head_id", "directed"),
}
"""What is said of an element besides where it is."""


def _shape(element: Mapping[str, Any]) -> tuple[Points, list[float]]:
    return region_polygon(element.get("polygon") or (), element["box"]), element["box"]


def _connector_shape(connector: Mapping[str, Any]) -> tuple[Points, list[float]] | None:
    if len(connector["points"]) < 2:
        return None
    outline = path_band(connector["points"])
    return outline, list(bounds(outline))


def _evidence(
    release: ReleaseFolder, split: str, images: Mapping[str, int], numbers: Iterator[int], left_out: Counter[str]
) -> Iterator[Entry]:
    for example in release.rows("examples", split=split, columns=("id", "steps")):
        regions = [(step, region) for step in example["steps"] for region in step["regions"]]
        if not regions:
            left_out[_NO_REGION] += 1
        elif any(region["figure_id"] not in images for _, region in regions):
            left_out[_ELSEWHERE] += 1
        else:
            for step, region in regions:
                category = STEPS.index(step["kind"]) + 1
                shape = _shape(region)
                yield _annotation(next(numbers), images[region["figure_id"]], category, *shape) | {
                    "example_id": example["id"],
                    "step": step["index"],
                    "caption": step["text"],
                    "element_ids": region["element_ids"],
                    "method": region["method"],
                    "score": region["score"],
                }


def _annotation(number: int, image: int, category: int, polygon: Points, box: list[float]) -> Entry:
    return {
        "id": number,
        "image_id": image,
        "category_id": category,
        "bbox": corner_and_size(box),
        "area": enclosed_area(polygon, box),
        "segmentation": [list(chain.from_iterable(polygon))],
        "iscrowd": 0,
    }


def _write(
    path: Path, licences: list[Entry], images: Iterator[Entry], annotations: Iterator[Entry], categories: Iterable[str]
) -> int:
    """Write one COCO file, one entry at a time in memory; returns the number of annotations."""
    named = [{"id": n, "name": name, "supercategory": "diagram"} for n, name in enumerate(categories, start=1)]

    def before() -> Iterator[bytes]:
        yield b"{\n"
        for key, entries in (("licenses", iter(licences)), ("categories", iter(named)), ("images", images)):
            yield from _json_list(key, entries)
            yield b",\n"

    counted = _Counted(annotations)
    write_lines(path, chain(before(), _json_list("annotations", counted), (b"\n}\n",)))
    return counted.number


class _Counted(Iterator[Entry]):
    """Entries as they come, and how many have come."""

    def __init__(self, entries: Iterator[Entry]) -> None:
        self._entries = entries
        self.number = 0

    def __next__(self) -> Entry:
        entry = next(self._entries)
        self.number += 1
        return entry


def _json_list(key: str, entries: Iterator[Entry]) -> Iterator[bytes]:
    yield f'"{key}": ['.encode()
    separator = b"\n"
    for entry in entries:
        yield separator + json.dumps(entry, ensure_ascii=False).encode()
        separator = b",\n"
    yield b"\n]"
