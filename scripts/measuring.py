"""Runs a command line in a process of its own: seconds, peak memory, and what it prints.

    python scripts/measuring.py COMMAND…    prints {"seconds": …, "peak_mib": …, "answer": …}

The peak of a process is never below what its parent had when it was born, so benchmarks start this script, which has
little, and not the command itself.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass
class Measured:
    """One command."""

    seconds: float
    peak_mib: float
    answer: dict[str, Any]
    """The JSON that it printed."""


def measured(line: Sequence[str], environ: Mapping[str, str] | None = None) -> Measured:
    """Run a command line that prints JSON, and say what it took."""
    command = [sys.executable, __file__, *line]
    done = subprocess.run(command, stdout=subprocess.PIPE, env=environ, check=True)  # noqa: S603 - our own script
    return Measured(**json.loads(done.stdout))


def main(line: Sequence[str]) -> None:
    """Run a command line and print what it took, as JSON."""
    with tempfile.TemporaryFile() as out:
        began = time.perf_counter()
        process = subprocess.Popen(line, stdout=out)  # noqa: S603 - our own
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        if code := os.waitstatus_to_exitcode(status):
            raise SystemExit(f"{' '.join(line)} ended with {code}")
        out.seek(0)
        print(json.dumps({"seconds": seconds, "peak_mib": usage.ru_maxrss / 1024, "answer": json.load(out)}))


if __name__ == "__main__":
    main(sys.argv[1:])
