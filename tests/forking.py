"""Runs the command in processes of their own, without the second that its imports take: one process forks for each.

Run as a program it reads ``{"arguments", "environ", "out", "err"}`` on each line and answers with an exit code.
"""

import importlib
import json
import os
import subprocess
import sys
from contextlib import contextmanager

IMPORTED = (
    "corpusbuilder.cli.main",
    "corpusbuilder.cli.run",
    "corpusbuilder.cli.review.push",
    "corpusbuilder.cli.review.status",
    "corpusbuilder.pipeline.reviewing.pulling",
    "corpusbuilder.pipeline.reviewing.pushing",
    "corpusbuilder.pipeline.reviewing.summary",
    "httpx",
    "label_studio_sdk",
    "label_studio_sdk.client",
    "label_studio_sdk.label_interface.interface",
)


@contextmanager
def forking(folder):
    """A function that runs a command: arguments and environment in; exit code, stdout and stderr out."""
    with subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as keeper:

        def run(*arguments, **environ):
            out, err = folder / "out", folder / "err"
            asked = {
                "arguments": list(map(str, arguments)),
                "environ": {**os.environ, **environ},
                "out": str(out),
                "err": str(err),
            }
            keeper.stdin.write(json.dumps(asked) + "\n")
            keeper.stdin.flush()
            return int(keeper.stdout.readline()), out.read_text(), err.read_text()

        yield run
        keeper.stdin.close()


def become(asked):
    """Be the command."""
    os.environ.clear()
    os.environ.update(asked["environ"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(asked[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    sys.argv = ["corpusbuilder", *asked["arguments"]]
    code = 1
    try:
        sys.modules["corpusbuilder.cli.main"].main()
    except SystemExit as ended:
        code = ended.code or 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def serve():
    for name in IMPORTED:
        importlib.import_module(name)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            become(json.loads(line))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
