"""What is installed is what is needed: the data folders travel in the wheel."""

import subprocess
import sys
import zipfile

import pytest


@pytest.fixture(scope="module")
def wheel(tmp_path_factory, pytestconfig):
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder]
    subprocess.run([*build, pytestconfig.rootpath], check=True)
    (path,) = folder.glob("*.whl")
    return path


def test_prompts_schemas_cards_and_samples_are_in_the_wheel(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for part in ("_data/prompts/rules/", "_data/schemas/", "_data/data_cards/", "samples/", "py.typed"):
        assert any(name.startswith(f"corpusbuilder/{part}") for name in names), part
    assert not any(name.startswith(("tests/", "scripts/")) for name in names)


def test_an_installed_wheel_finds_its_prompts(wheel, tmp_path):
    target = tmp_path / "site"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", target, wheel], check=True)
    code = (
        "import corpusbuilder, sys; assert corpusbuilder.__file__.startswith(sys.argv[1]), corpusbuilder.__file__\n"
        "from corpusbuilder.prompts import load_prompts, data_folder\n"
        "assert str(data_folder('prompts')).startswith(sys.argv[1])\n"
        "print(len(load_prompts('rules', 'fr')))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, str(target)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(target), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) > 0
