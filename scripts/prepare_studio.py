"""Prepares what tests of the review need: a Label Studio of its own, a data folder to begin with, and a browser."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from corpusbuilder.backends.labelstudio.server.accounts import make_account
from corpusbuilder.backends.labelstudio.server.folder import ServerFolder
from corpusbuilder.backends.labelstudio.server.installing import Installation, install

ENVIRONMENT = Path(__file__).parents[1] / ".venv-studio"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    """Do what is not done yet."""
    installation = install(ENVIRONMENT, print)
    prepare_template(installation, ENVIRONMENT / "template")
    install_browser()


def prepare_template(installation: Installation, template: Path) -> None:
    """A data folder as after a first start, which takes half a minute: servers of tests begin with a copy."""
    if template.exists():
        return
    with tempfile.TemporaryDirectory(dir=template.parent) as work:
        folder = ServerFolder(Path(work))
        make_account(folder, installation)
        folder.data.rename(template)


def install_browser() -> None:
    """Install Chromium with apt where there is no browser. Without one, the tests that need it say so and skip."""
    if any(map(shutil.which, BROWSERS)):
        return
    sudo = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "chromium"]):
        try:
            done = subprocess.run([*sudo, *command], check=False, capture_output=True, text=True)  # noqa: S603 - ours
        except OSError as error:
            print(f"no browser, and none can be installed: {error}")
            return
        if done.returncode:
            print(f"no browser, and none can be installed: {' '.join(command)} says\n{done.stderr[-600:]}")
            return


if __name__ == "__main__":
    main()
