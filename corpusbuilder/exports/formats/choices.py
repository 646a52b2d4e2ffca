"""Choices in letters: which letter is right, and why an example has none."""

import string
from collections.abc import Mapping
from typing import Any, Final

LETTERS: Final = string.ascii_uppercase


def choice_problem(row: Mapping[str, Any]) -> str | None:
    """Why the choices of an example cannot be written as letters of which one is right; None when they can."""
    choices, answer = row["choices"], row["answer"]
    if not choices:
        return "they have no choices"
    if answer not in choices:
        return "their answer is none of their choices"
    if len(set(choices)) < len(choices):
        return "two of their choices are the same"
    if not 2 <= len(choices) <= len(LETTERS):
        return f"they do not have 2 to {len(LETTERS)} choices"
    if not all(choice.strip() for choice in choices):
        return "one of their choices is empty"
    return None


def is_choice_question(row: Mapping[str, Any]) -> bool:
    """Whether an example is to be answered by choosing; a yes-or-no question without choices is an open one."""
    return bool(row["choices"]) or row["answer_type"] == "multiple_choice"
