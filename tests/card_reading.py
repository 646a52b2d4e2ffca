"""Reads a data card as a person does: front matter, tables, prose."""

import html
import re

import yaml


def front_matter(card):
    head = card.split("---\n", 2)
    assert head[0] == ""
    return yaml.safe_load(head[1])


def tables(card):
    """Rows of cells by the first cell of the table's head; cells are split at bars that are not escaped."""
    found, rows = {}, None
    for line in card.splitlines():
        if not line.startswith("|"):
            rows = None
        elif rows is None:
            name = line.split("|")[1].strip()
            assert name not in found, f"two tables begin with {name}"
            rows = found.setdefault(name, [])
        elif not re.fullmatch(r"[|:-]+", line):
            rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return found


def counts(rows):
    """What a table of name, number and share says, as it was before it was escaped."""
    return {plain(name): int(number) for name, number, _ in rows}


def shares(rows):
    return {plain(name): share for name, _, share in rows}


def plain(cell):
    return html.unescape(re.sub(r"\\(.)", r"\1", cell))


def prose(card):
    """All that is no table, in one line."""
    lines = [line for line in card.split("---\n", 2)[2].splitlines() if not line.startswith("|")]
    return " ".join(" ".join(lines).split())
