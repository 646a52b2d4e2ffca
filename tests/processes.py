"""Processes that keep busy, and what becomes of them."""

import time

import psutil
import pymupdf


def write_endless_book(path):
    """A page that keeps the library in C for ever: forms that draw the next form ten times each, fourteen deep."""
    document = pymupdf.open()
    page = document.new_page(width=300, height=200)
    forms = [document.get_new_xref() for _ in range(14)]
    for form, following in zip(forms, [*forms[1:], None], strict=True):
        resources = f"/Resources <</XObject <</F {following} 0 R>>>>" if following else ""
        document.update_object(form, f"<</Type /XObject /Subtype /Form /BBox [0 0 300 200] {resources}>>")
        document.update_stream(form, b"/F Do " * 10 if following else b"0 0 9 9 re f")
    content = document.get_new_xref()
    document.update_object(content, "<<>>")
    document.update_stream(content, b"/F Do")
    document.xref_set_key(page.xref, "Resources", f"<</XObject <</F {forms[0]} 0 R>>>>")
    document.xref_set_key(page.xref, "Contents", f"{content} 0 R")
    document.save(path)
    return path


def family(pid):
    """The living descendants of a process."""
    return [process for process in psutil.Process(pid).children(recursive=True) if not is_gone(process)]


def busy(processes, *, cpu_s):
    """Those that have computed for so long."""
    return [process for process in processes if not is_gone(process) and process.cpu_times().user >= cpu_s]


def is_gone(process):
    """Whether it ended; nobody may have collected its exit code."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def until(condition, *, seconds):
    """Whether the condition comes true in time."""
    end = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < end:
        time.sleep(0.02)
    return bool(met)


def left_after(processes, *, seconds):
    """Those that still live so long after; they are killed then."""
    until(lambda: all(map(is_gone, processes)), seconds=seconds)
    left = [process for process in processes if not is_gone(process)]
    for process in left:
        process.kill()
    return left
