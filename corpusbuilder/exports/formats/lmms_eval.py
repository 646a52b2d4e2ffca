"""lmms-eval: a folder of tasks, one a split, that evaluate a model on the released questions.

::

    corpusbuilder_<name>_<split>.yaml    the task
    _default_template_yaml  utils.py     what its tasks have in common
    data/<split>.parquet                 its questions with their images

Written for the task loader of lmms-eval 0.7: it finds the data from the place of the YAML file, wherever the folder is
moved to; versions that do not, find it when they are started in the folder. The YAML names the metrics that occur,
because lmms-eval stops at a score whose metric it was not told of.
"""

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from corpusbuilder.errors import storage_errors
from corpusbuilder.exports.base import ExportOptions, ExportReport
from corpusbuilder.exports.formats.asked import Asked, AskedQuestions
from corpusbuilder.exports.formats.lmms_task.functions import metric_names
from corpusbuilder.exports.formats.naming import plain_name
from corpusbuilder.exports.images import image_name, put_file
from corpusbuilder.exports.parquetfiles import need_datasets
from corpusbuilder.exports.selection import refuse_trace, wanted_splits
from corpusbuilder.store.parquet import SplitWriter
from corpusbuilder.store.release import ReleaseFolder, Row

if TYPE_CHECKING:
    from datasets import Features

_TEXTS: Final = ("id", "document_id", "language", "question", "question_type", "answer", "answer_type")
_SHIPPED: Final = {"functions.py": "utils.py", "_default_template_yaml": "_default_template_yaml"}
"""Files of the package by their names in an export."""


def export(release: ReleaseFolder, folder: Path, options: ExportOptions) -> ExportReport:
    """Write the questions of a release as tasks of lmms-eval; see `corpusbuilder.exports.base.Export`."""
    refuse_trace(options, "lmms-eval")
    need_datasets()
    questions = AskedQuestions(release, options)
    written: dict[str, int] = {}
    tasks: list[str] = []
    images: set[str] = set()
    for split in wanted_splits(release, options):
        data = f"data/{split}.parquet"
        rows = _Rows(questions.of(split), images)
        number = _write_parquet(folder / data, rows)
        if number:
            tasks.append(f"corpusbuilder_{plain_name(release.manifest.name)}_{split}")
            task = _task(tasks[-1], split, data, rows.metrics, release.manifest.version)
            put_file(folder / f"{tasks[-1]}.yaml", task)
            written[data] = number
    for name, exported in _SHIPPED.items():
        put_file(folder / exported, files(f"{__package__}.lmms_task").joinpath(name).read_bytes())
    return ExportReport(
        rows=written,
        images=len(images),
        left_out=dict(sorted(questions.left_out.items())),
        notes=questions.safe.notes(),
        usage=f'lmms_eval --model <model> --tasks {",".join(tasks)} --include_path "{{folder}}"' if tasks else "",
    )


class _Rows(Iterator[Row]):
    """Questions as rows of a task; remembers their metrics, and the hashes of their images in ``images``."""

    def __init__(self, questions: Iterator[Asked], images: set[str]) -> None:
        self.metrics: set[str] = set()
        self._questions = questions
        self._images = images

    def __next__(self) -> Row:
        asked = next(self._questions)
        row: Row = {key: getattr(asked, key) for key in _TEXTS}
        row |= {"choices": list(asked.choices), "context": list(asked.passages), "image": self._image(asked)}
        self.metrics.update(metric_names(row))
        return row

    def _image(self, asked: Asked) -> Row | None:
        if asked.image is None:
            return None
        name = image_name(asked.image, asked.id)
        self._images.add(name)
        return {"bytes": asked.image, "path": name}


def _write_parquet(path: Path, rows: Iterator[Row]) -> int:
    """Write rows as they come, a group in memory; returns how many. Without rows there is no file.

    Raises:
        StorageError: the disk is full or read-only.
    """
    with storage_errors(path):
        writer = SplitWriter(path.parent, path.stem, _features().arrow_schema, shard_bytes=None)
        try:
            for row in rows:
                writer.write(row)
            for made in writer.finish():
                made.rename(path)
        finally:
            writer.close()
    return writer.rows


def _features() -> "Features":
    from datasets import Features, Image, List, Value

    text = Value("string")
    return Features({**dict.fromkeys(_TEXTS, text), "choices": List(text), "context": List(text), "image": Image()})


def _task(name: str, split: str, data: str, metrics: set[str], version: str) -> bytes:
    """The YAML of a task. JSON is YAML: nothing in it can be taken for anything else."""
    task: dict[str, Any] = {
        "include": "_default_template_yaml",
        "task": name,
        "dataset_kwargs": {"data_files": {split: data}},
        "test_split": split,
        "metric_list": [
            {"metric": metric, "aggregation": "mean", "higher_is_better": True} for metric in sorted(metrics)
        ],
        "metadata": {"version": version},
    }
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in task.items()).encode()
