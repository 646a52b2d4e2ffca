"""Write the two sample schoolbook chapters that ship as package data.

`python scripts/make_samples.py [--out DIR]` draws `earth_and_cells_en.pdf` and
`villes_et_volcans_fr.pdf`, and `sources.toml` beside them. Text and figures are our
own work, and a rerun gives the same bytes, so a changed file is a changed chapter.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import tomli_w
from samples import english, french
from samples.layout import ChapterInfo, Composer

DEFAULT_OUT = Path(__file__).resolve().parent.parent / "corpusbuilder" / "samples"
CHAPTERS: dict[str, tuple[ChapterInfo, Callable[[], Composer]]] = {
    "earth_and_cells_en.pdf": (english.INFO, english.compose),
    "villes_et_volcans_fr.pdf": (french.INFO, french.compose),
}


def source_entry(info: ChapterInfo) -> dict[str, str]:
    """Return what `sources.toml` says of one chapter."""
    return {
        "title": info.title,
        "language": info.language,
        "subject": info.subject,
        "grade": info.grade,
        "licence": "CC0-1.0",
        "attribution": "corpusbuilder contributors",
    }


def write_samples(out: Path) -> list[Path]:
    """Write the chapters and their sources file into `out`; return the paths."""
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for name, (_, compose) in CHAPTERS.items():
        compose().build(out / name)
        written.append(out / name)
    sources = out / "sources.toml"
    entries = {name: source_entry(info) for name, (info, _) in CHAPTERS.items()}
    sources.write_text(tomli_w.dumps(entries), encoding="utf-8")
    return [*written, sources]


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Write the sample chapters.")
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, help="where to write them")
    for path in write_samples(parser.parse_args().out):
        print(path)


if __name__ == "__main__":
    main()
