"""Work on pages shared among helper processes: order, limits, and what a page that breaks everything costs."""

import gc
import os
import time
from functools import partial

import pymupdf
import pytest

from corpusbuilder.backends.pdf.base import Lost
from corpusbuilder.backends.pdf.guarded import GuardedPdf
from corpusbuilder.backends.pdf.pymupdf import PyMuPdf
from corpusbuilder.errors import BackendError, RecordError

PAGES = range(1, 13)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    path = tmp_path_factory.mktemp("work") / "book.pdf"
    with pymupdf.open() as pdf:
        for number in PAGES:
            pdf.new_page(width=300, height=200).insert_text((30, 50), f"page {number}")
        pdf.save(path)
    return path


def text_of(pdf, page_no):
    if page_no == 3:
        time.sleep(0.3)  # the others are done before it
    return pdf.read_page(page_no).lines[0].text


@pytest.mark.parametrize("backend", [PyMuPdf(), GuardedPdf(20), GuardedPdf(20, processes=3)], ids=["here", "one", "3"])
def test_results_come_in_the_order_of_the_items(backend, book):
    with backend.open(book) as pdf:
        assert list(pdf.each(text_of, PAGES)) == [f"page {number}" for number in PAGES]


def process_of(pdf, page_no):
    time.sleep(0.05)
    return os.getpid()


def test_pages_are_shared_by_as_many_processes_as_there_may_be(book):
    backend = GuardedPdf(20, processes=3)
    with backend.open(book) as pdf:
        at_once = set(pdf.each(process_of, PAGES))
    assert at_once == {helper.pid for helper in backend.helpers}
    assert len(at_once) == 3
    assert os.getpid() not in at_once


def ending(pdf, page_no):
    if page_no == 4:
        os._exit(1)
    return text_of(pdf, page_no)


def sleeping(pdf, page_no):
    if page_no == 4:
        time.sleep(60)
    return text_of(pdf, page_no)


def filling(pdf, page_no):
    return len(bytearray(1 << 30)) if page_no == 4 else text_of(pdf, page_no)


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize(
    ("work", "status", "reason"),
    [
        (ending, "failed", "it crashed the PDF library"),
        (sleeping, "timeout", "it took longer than 1.5 s and was given up"),
        (filling, "failed", "MemoryError"),
    ],
)
def test_a_page_that_ends_its_process_hangs_or_takes_all_memory_is_lost_alone(book, work, status, reason, processes):
    with GuardedPdf(1.5, processes=processes, memory_mb=512).open(book) as pdf:
        results = dict(zip(PAGES, pdf.each(work, PAGES), strict=True))
    lost = results.pop(4)
    assert isinstance(lost, Lost)
    assert (lost.status, reason in lost.message) == (status, True)
    assert results == {number: f"page {number}" for number in PAGES if number != 4}


def raising(error, pdf, page_no):
    raise error


@pytest.mark.parametrize("backend", [PyMuPdf(), GuardedPdf(20, processes=2)], ids=["here", "guarded"])
def test_errors_about_a_page_are_lost_pages_and_others_stop_the_run(backend, book):
    with backend.open(book) as pdf:
        lost = list(pdf.each(partial(raising, RecordError("odd", "an odd page")), [1, 2]))
        with pytest.raises(BackendError, match="nothing works"):
            list(pdf.each(partial(raising, BackendError("nothing works")), [1, 2]))
    assert lost == [Lost("failed", "an odd page")] * 2


def test_work_that_nobody_waits_for_any_more_is_not_begun(book):
    backend = GuardedPdf(20)
    with backend.open(book) as pdf:
        next(pdf.each(process_of, list(PAGES) * 100))
    began = time.monotonic()
    with backend.open(book) as pdf:
        assert pdf.read_page(1).status == "ok"
    assert time.monotonic() - began < 30  # the rest would take a minute


def test_a_file_that_is_gone_when_another_helper_wants_it_stops_the_book_and_not_the_run(tmp_path, book):
    copy = tmp_path / "copy.pdf"
    copy.write_bytes(book.read_bytes())
    with GuardedPdf(20, processes=3).open(copy) as pdf:
        copy.unlink()
        with pytest.raises(RecordError) as caught:
            list(pdf.each(process_of, PAGES))
    assert caught.value.reason_code == "unreadable"


def test_helpers_end_with_the_backend_that_hired_them(book):
    backend = GuardedPdf(20, processes=2)
    with backend.open(book) as pdf:
        pids = set(pdf.each(process_of, PAGES))
    del backend, pdf
    gc.collect()
    deadline = time.monotonic() + 20
    while any(os.path.exists(f"/proc/{pid}") for pid in pids) and time.monotonic() < deadline:  # noqa: PTH110 - no file
        time.sleep(0.05)
    assert not any(os.path.exists(f"/proc/{pid}") for pid in pids)  # noqa: PTH110 - no file
