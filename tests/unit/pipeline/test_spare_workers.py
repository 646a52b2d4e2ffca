"""Few documents share the workers among them; many have one each."""

import pymupdf
import pytest

from corpusbuilder.config import load
from corpusbuilder.pipeline.sources import collect
from corpusbuilder.pipeline.status import looker
from corpusbuilder.store.workspace import Workspace


@pytest.mark.parametrize(("books", "helpers"), [(1, 4), (2, 2), (3, 2), (4, 1), (9, 1)])
def test_spare_workers_help_to_read(tmp_path, books, helpers):
    config = load(None, overrides=["parse.workers=4"], environ={})
    workspace = Workspace(tmp_path / "ws")
    for number in range(books):
        with pymupdf.open() as pdf:
            pdf.new_page().insert_text((72, 72), f"book {number}")
            pdf.save(tmp_path / f"{number}.pdf")
    collect(workspace, [tmp_path], config.corpus)
    jobs = looker(workspace, config).plan("parse")
    assert [job.config.parse.workers for job in jobs] == [helpers] * books
