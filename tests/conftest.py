"""Its place puts `builders` and other shared test modules on the path. Fixtures here are for tests of all folders."""

import signal

import pytest
import tiny_models

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # As in a job in the background: the processes that tests interrupt would be deaf to it, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def offline_transformers():
    """The libraries, imported once for all tests of a process, which takes seconds."""
    tiny_models.prepare()


@pytest.fixture(scope="session")
def tiny_llava(tmp_path_factory, offline_transformers):
    """The folder of a model; do not change it."""
    return tiny_models.save_llava(tmp_path_factory.mktemp("models") / "llava")


@pytest.fixture(scope="session")
def tiny_idefics(tmp_path_factory, offline_transformers):
    """The folder of a model; do not change it."""
    return tiny_models.save_idefics(tmp_path_factory.mktemp("models") / "idefics")
