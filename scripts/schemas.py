"""Write ``schemas/*.schema.json`` from the code, or with ``--check`` fail when they differ from it."""

import argparse
import sys
from pathlib import Path

from corpusbuilder.schemas import all_schemas, dumps

FOLDER = Path(__file__).resolve().parent.parent / "schemas"


def main() -> int:
    """Return 0 when the files agree with the code (or were just written), else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, fail on a difference")
    check = parser.parse_args().check
    wanted = {f"{name}.schema.json": dumps(schema) for name, schema in all_schemas().items()}
    present = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.schema.json")}
    differing = sorted(name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name))
    if check:
        for name in differing:
            print(f"schemas/{name} differs from the code: run `make schemas` and commit the result")
        return bool(differing)
    FOLDER.mkdir(exist_ok=True)
    for name in differing:
        path = FOLDER / name
        if name in wanted:
            path.write_text(wanted[name], encoding="utf-8")
        else:
            path.unlink()
    print(f"{len(wanted)} schemas, {len(differing)} changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
