"""LLaVA: a JSON list of conversations, as ``llava/train/train.py`` of its repository reads it.

The reader takes one image for an example, and wants ``<image>`` once, in the first turn; what has no ``image`` is text.
Paths are relative to ``--image_folder``.
"""

from pathlib import Path
from typing import Final

from corpusbuilder.exports.base import ExportOptions, ExportReport
from corpusbuilder.exports.conversing import conversation_row, export_conversations
from corpusbuilder.store.release import ReleaseFolder

_USAGE: Final = '--data_path "{folder}/{file}" --image_folder "{folder}" --image_aspect_ratio pad'


def export(release: ReleaseFolder, folder: Path, options: ExportOptions) -> ExportReport:
    """Write ``<split>.json`` and ``images/``.

    Raises:
        StorageError: the release cannot be read, or the folder not be written.
        UsageError: the options contradict one another or the release.
    """
    return export_conversations(release, folder, options, form="list", as_row=conversation_row, usage=_USAGE)
