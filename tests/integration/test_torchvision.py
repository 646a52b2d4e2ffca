"""The trap of a torchvision that pip took from elsewhere than torch."""

import os
import subprocess
import sys

ASKED = """
import sys
from corpusbuilder.backends.models.local.loading import load
from corpusbuilder.backends.models.local.options import LocalModelOptions
from corpusbuilder.errors import BackendError
try:
    load(LocalModelOptions(model=sys.argv[1]))
except BackendError as error:
    sys.exit(f"{error.message} | {error.hint}")
"""


def test_a_torchvision_that_does_not_fit_is_named(tmp_path):
    (tmp_path / "torchvision").mkdir()
    (tmp_path / "torchvision" / "__init__.py").write_text(
        'raise RuntimeError("operator torchvision::nms does not exist")'
    )
    (tmp_path / "torchvision-0.29.2.dist-info").mkdir()
    (tmp_path / "torchvision-0.29.2.dist-info" / "METADATA").write_text("Name: torchvision\nVersion: 0.29.2\n")
    environ = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", ASKED, "org/name"], env=environ, capture_output=True, text=True, check=False
    )
    assert "org/name: the installed torchvision does not fit the installed torch" in done.stderr, done.stderr
    assert "pip uninstall torchvision" in done.stderr
