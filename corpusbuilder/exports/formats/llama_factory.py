"""LLaMA-Factory: messages in ShareGPT form, and the ``dataset_info.json`` that describes them.

As ``data/README.md`` of its repository has it: role and content tags as OpenAI names them, images as a list of paths
relative to ``media_dir``, which is ``dataset_dir`` by default, and as many ``<image>`` in the text as there are images.
"""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Final

from corpusbuilder.exports.base import ExportOptions, ExportReport
from corpusbuilder.exports.conversing import export_conversations, messages_row
from corpusbuilder.store.files import write_whole
from corpusbuilder.store.release import ReleaseFolder

_NAMED: Final = (
    "LLaMA-Factory calls them image_min_pixels and image_max_pixels, and by default shrinks images above 589824 pixels"
)
_TAGS: Final = {
    "role_tag": "role", "content_tag": "content",
    "user_tag": "user", "assistant_tag": "assistant", "system_tag": "system",
}  # fmt: skip


def export(release: ReleaseFolder, folder: Path, options: ExportOptions) -> ExportReport:
    """Write ``<split>.json``, ``dataset_info.json`` and ``images/``.

    Raises:
        StorageError: the release cannot be read, or the folder not be written.
        UsageError: the options contradict one another or the release.
    """
    report = export_conversations(
        release, folder, options, form="list", as_row=messages_row, usage="", figures_first=True
    )
    # Names are separated by commas on LLaMA-Factory's command line.
    name = re.sub(r"\W+", "_", release.manifest.name)
    files = {f"{name}_{Path(file).stem}": file for file in report.rows}
    columns = {"messages": "messages", "images": "images"}
    info = {
        entry: {"file_name": file, "formatting": "sharegpt", "columns": columns, "tags": _TAGS}
        for entry, file in files.items()
    }
    write_whole(folder / "dataset_info.json", (json.dumps(info, indent=2, ensure_ascii=False) + "\n").encode())
    first = next(iter(files), name)
    named = (_NAMED,) if options.trace in {"grounded", "visual_tokens"} else ()
    return replace(
        report,
        notes=(*report.notes, *named),
        usage=f'in the YAML of a training: dataset_dir: "{{folder}}" and dataset: {first}',
    )
