"""Its place puts `builders` and other shared test modules on the path. Fixtures here are for tests of all folders."""

import os
import signal

import pytest
import studio as label_studio
import tiny_detectors
import tiny_models
from hypothesis import settings

settings.register_profile("corpusbuilder", deadline=None)  # a busy machine is no fault of an example
settings.load_profile("corpusbuilder")
os.environ.setdefault("SOURCE_DATE_EPOCH", "1763769600")  # releases are dated: some tests run over midnight

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


@pytest.fixture(scope="session")
def tiny_owl(tmp_path_factory, offline_transformers):
    """The folder of an OWLv2 that finds what is red; do not change it."""
    return tiny_detectors.save_owl(tmp_path_factory.mktemp("models") / "owlv2")


@pytest.fixture(scope="session")
def tiny_dino(tmp_path_factory, offline_transformers):
    """The folder of a GroundingDINO; do not change it."""
    return tiny_detectors.save_grounding_dino(tmp_path_factory.mktemp("models") / "dino")


@pytest.fixture(scope="session")
def studio(tmp_path_factory):
    """A real Label Studio that all tests share: make projects of your own there, and never kill it."""
    base, me = tmp_path_factory.getbasetemp(), os.getpid()
    if "PYTEST_XDIST_WORKER" in os.environ:
        return label_studio.shared(base.parent / "studio", watched=os.getppid())
    return label_studio.shared(base / "studio", watched=me)


@pytest.fixture
def own_studio(tmp_path):
    """Starts a Label Studio of a test's own, on a workspace that it names: one to kill and to restart."""
    return lambda workspace=tmp_path / "ws": label_studio.start(workspace)
