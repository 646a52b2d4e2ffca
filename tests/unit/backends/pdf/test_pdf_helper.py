import os
import pickle
import signal
import subprocess
import sys
import threading

import pymupdf
import pytest
from processes import busy, family, left_after, until, write_endless_book

from corpusbuilder.backends.pdf import helper as helper_module
from corpusbuilder.backends.pdf.guarded import GuardedPdf
from corpusbuilder.backends.pdf.helper import Helper, HelperDiedError, HelperTimeoutError
from corpusbuilder.errors import RecordError


@pytest.fixture
def book(tmp_path):
    document = pymupdf.open()
    for n in range(3):
        document.new_page(width=300, height=200).insert_text((30, 50), f"page {n + 1}")
    document.save(tmp_path / "book.pdf")
    return tmp_path / "book.pdf"


def child_of(backend) -> int:
    (helper,) = backend._crew.helpers
    return helper._process.pid


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
    assert copy._crew is not backend._crew


def test_a_helper_that_ends_is_reported_replaced_and_leaves_no_process_behind(book):
    helper = Helper()
    assert helper.ask("open", 1, str(book), None, timeout_s=20).page_count == 3
    first = helper.generation
    kill_after_a_moment(helper._process.pid, signal.SIGKILL)
    with pytest.raises(HelperDiedError):
        helper.ask("read_page", 1, 1, timeout_s=20)
    assert helper.ask("open", 1, str(book), None, timeout_s=20).page_count == 3
    assert helper.generation > first
    pid = helper._process.pid
    helper.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def kill_after_a_moment(pid, number):
    os.kill(pid, signal.SIGSTOP)
    threading.Timer(0.2, lambda: (os.kill(pid, number), os.kill(pid, signal.SIGCONT))).start()


def test_a_helper_that_ended_itself_over_time_is_no_crash(book):
    helper = Helper()
    helper.ask("open", 1, str(book), None, timeout_s=20)
    kill_after_a_moment(helper._process.pid, signal.SIGALRM)
    with pytest.raises(HelperTimeoutError):
        helper.ask("read_page", 1, 1, timeout_s=20)


def test_an_error_of_the_library_is_that_of_one_request_and_the_helper_goes_on(book, capfd):
    helper = Helper()
    helper.ask("open", 1, str(book), None, timeout_s=20)
    pid = helper._process.pid
    with pytest.raises(RecordError, match="TypeError") as failed:
        helper.ask("page_size", 1, 1, "an argument too many", timeout_s=20)
    with pytest.raises(RecordError, match="opening it failed") as damaged:
        helper.ask("open", 2, f"{book}\0", None, timeout_s=20)
    with pytest.raises(RecordError, match="rendering page 2") as not_rendered:
        helper.ask("render", 7, 2, None, 72.0, (), timeout_s=20)
    codes = [caught.value.reason_code for caught in (failed, damaged, not_rendered)]
    assert codes == ["failed", "damaged", "not_rendered"]
    assert helper.ask("page_size", 1, 1, timeout_s=20) == (300.0, 200.0)
    assert helper._process.pid == pid
    assert capfd.readouterr().err == ""


def test_a_page_that_the_helper_fails_on_is_lost_alone(book):
    backend = GuardedPdf(page_timeout_s=20)
    with backend.open(book) as pdf:
        (helper,) = backend._crew.helpers
        helper.ask("close", pdf._handle, timeout_s=20)  # any page is an error now
        lost = pdf.read_page(2)
    assert (lost.status, lost.page_no) == ("failed", 2)
    assert "reading page 2 failed in the PDF library (KeyError" in lost.message


def test_closing_a_document_starts_no_helper(book):
    backend = GuardedPdf(page_timeout_s=20)
    with backend.open(book):
        (helper,) = backend._crew.helpers
        ended = helper._process
        ended.kill()
        ended.wait()
    assert helper._process is ended
    assert not helper.is_running(helper.generation)


def started_server():
    command = [sys.executable, "-P", "-m", helper_module.__name__, str(os.getpid()), "0"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_an_answer_that_nobody_reads_ends_the_helper_without_a_word():
    with started_server() as server:
        server.stdout.close()
        helper_module._send(server.stdin.fileno(), ("close", (1,), 20.0))
        assert server.wait(20) == 0
        assert server.stderr.read() == b""


def test_a_helper_that_hangs_in_c_ends_by_itself_when_its_time_is_over(tmp_path):
    endless = write_endless_book(tmp_path / "endless.pdf")
    with started_server() as server:
        helper_module._send(server.stdin.fileno(), ("open", (1, str(endless), None), 20.0))
        helper_module._read(server.stdout.fileno(), 1, None)
        helper_module._send(server.stdin.fileno(), ("read_page", (1, 1), 0.1))
        try:
            assert server.wait(6) == -signal.SIGALRM
        finally:
            server.kill()


READER = """
import sys
from pathlib import Path
from corpusbuilder.backends.pdf.guarded import GuardedPdf
with GuardedPdf(page_timeout_s=120).open(Path(sys.argv[1])) as pdf:
    pdf.read_page(1)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it ends when the time of its request is over")
def test_a_helper_that_hangs_in_c_ends_with_its_parent(tmp_path):
    endless = write_endless_book(tmp_path / "endless.pdf")
    script = tmp_path / "reader.py"
    script.write_text(READER)
    with subprocess.Popen([sys.executable, script, endless]) as reader:
        hangs = until(lambda: busy(family(reader.pid), cpu_s=2.0), seconds=15)
        helpers = family(reader.pid)
        reader.kill()
        left = left_after(helpers, seconds=1.0)
    assert hangs
    assert left == []


def test_modules_in_the_current_folder_are_not_run(book, tmp_path):
    (tmp_path / "script").mkdir()
    script = tmp_path / "script" / "reader.py"
    script.write_text(READER)
    trap = tmp_path / "trap"
    trap.mkdir()
    for name in ("pymupdf", "struct", "selectors", "corpusbuilder"):
        (trap / f"{name}.py").write_text("raise SystemExit('the trap')")
    done = subprocess.run([sys.executable, script, book], cwd=trap, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
