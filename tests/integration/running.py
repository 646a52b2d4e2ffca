"""Runs the command in a process of its own, and looks at what it left."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


def command(*arguments):
    return [sys.executable, "-m", "corpusbuilder", *map(str, arguments)]


def corpusbuilder(*arguments, cwd=None, **environ):
    """Run the command in a process of its own."""
    done = subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **environ},
        timeout=600,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def tree(workspace):
    """Every file of a workspace with its bytes; seconds in done-files apart."""
    files = {}
    for path in sorted(workspace.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            if path.parent.name == "done":
                content = json.loads(data)
                content.pop("seconds", None)
                data = json.dumps(content, sort_keys=True).encode()
            files[str(path.relative_to(workspace))] = data
    return files
