import os
import pickle
import signal
import threading

import pymupdf
import pytest

from corpusbuilder.backends.pdf.guarded import GuardedPdf
from corpusbuilder.backends.pdf.helper import Helper, HelperDiedError


@pytest.fixture
def book(tmp_path):
    document = pymupdf.open()
    for n in range(3):
        document.new_page(width=300, height=200).insert_text((30, 50), f"page {n + 1}")
    document.save(tmp_path / "book.pdf")
    return tmp_path / "book.pdf"


def child_of(backend) -> int:
    return backend._helper._process.pid


def test_a_page_that_hangs_is_given_up_and_all_documents_go_on(book):
    backend = GuardedPdf(page_timeout_s=0.5)
    with backend.open(book) as pdf, backend.open(book) as other:
        os.kill(child_of(backend), signal.SIGSTOP)  # as good as a loop in C: it answers nothing
        lost, following, elsewhere = pdf.read_page(2), pdf.read_page(3), other.read_page(1)
    assert (lost.status, lost.page_no, lost.width, lost.height) == ("timeout", 2, 300.0, 200.0)
    assert "0.5 s" in lost.message
    assert following.lines[0].text == "page 3"
    assert elsewhere.lines[0].text == "page 1"


def test_a_page_that_crashes_the_library_fails_alone(book):
    backend = GuardedPdf(page_timeout_s=20)
    with backend.open(book) as pdf:
        pid = child_of(backend)
        os.kill(pid, signal.SIGSTOP)
        threading.Timer(0.2, os.kill, (pid, signal.SIGKILL)).start()
        lost, following = pdf.read_page(1), pdf.read_page(2)
    assert (lost.status, following.status) == ("failed", "ok")
    assert "crashed" in lost.message


def test_a_backend_that_goes_to_another_process_leaves_its_helper_behind():
    backend = GuardedPdf(page_timeout_s=20)
    copy = pickle.loads(pickle.dumps(backend))
    assert copy._timeout_s == 20
    assert copy._helper is not backend._helper


def test_a_helper_that_ends_is_reported_replaced_and_leaves_no_process_behind(book, capfd):
    helper = Helper()
    first = helper.generation
    with pytest.raises(HelperDiedError):
        helper.ask("no such method", 1, timeout_s=20)
    assert "KeyError" in capfd.readouterr().err
    assert helper.ask("open", 1, str(book), None, timeout_s=20).page_count == 3
    assert helper.generation > first
    pid = helper._process.pid
    helper.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
