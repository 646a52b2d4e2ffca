import export_release
import pytest


@pytest.fixture(scope="session", autouse=True)
def _huggingface_stays_in_the_temporary_folder(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HOME", str(tmp_path_factory.mktemp("huggingface")))
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setenv("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
        yield


@pytest.fixture
def released(tmp_path):
    """Makes a release of rows in the test's folder."""
    return lambda *examples, **more: export_release.make(tmp_path / "release", examples, **more)


@pytest.fixture
def out(tmp_path):
    """An empty folder to export into."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder
