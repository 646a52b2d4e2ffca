"""Qwen-VL: conversations as ``qwen-vl-finetune/qwenvl/data/data_processor.py`` of the Qwen3-VL repository reads them.

The same reader serves Qwen2-VL, Qwen2.5-VL and Qwen3-VL. It counts ``<image>`` in the turns of the user against
``image``, refuses an example in which they differ, and joins paths with the ``data_path`` of the dataset's entry.
"""

from pathlib import Path
from typing import Final

from corpusbuilder.exports.base import ExportOptions, ExportReport
from corpusbuilder.exports.conversing import conversation_row, export_conversations
from corpusbuilder.store.release import ReleaseFolder

_USAGE: Final = (
    'in qwenvl/data/__init__.py: data_dict["corpus"] = '
    '{"annotation_path": "{folder}/{file}", "data_path": "{folder}"}; then --dataset_use corpus'
)


def export(release: ReleaseFolder, folder: Path, options: ExportOptions) -> ExportReport:
    """Write ``<split>.json`` and ``images/``.

    Raises:
        StorageError: the release cannot be read, or the folder not be written.
        UsageError: the options contradict one another or the release.
    """
    return export_conversations(release, folder, options, form="list", as_row=conversation_row, usage=_USAGE)
