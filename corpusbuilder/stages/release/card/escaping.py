"""Strangers' words made harmless for what they are put into: Markdown, YAML, BibTeX, XML."""

import json
import re
import unicodedata
from typing import Final
from xml.sax.saxutils import escape

from markupsafe import Markup

_LONGEST: Final = 300
# What Markdown reads inside a line; the template never starts a line with a value.
_MARKDOWN: Final = re.compile(r"([\\`*_\[\]|~$])")
_BIBTEX: Final = {
    **{char: f"\\{char}" for char in "&%$#_"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "{": "",
    "}": "",
    "@": r"{@}",
    '"': "''",
}


def one_line(text: str, longest: int = _LONGEST) -> str:
    """``text`` in one line without control characters and marks of direction, cut after ``longest`` characters."""
    plain = "".join(" " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char for char in text)
    plain = " ".join("".join(char for char in plain if unicodedata.category(char) not in {"Cf", "Cs"}).split())
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"


def escape_markdown(text: str, longest: int = _LONGEST) -> str:
    """``text`` as it is, in one line, whatever Markdown or HTML it contains; cut after ``longest`` characters."""
    plain = one_line(text, longest).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKDOWN.sub(r"\\\1", plain)


def yaml_scalar(value: str) -> Markup:
    """``value`` as a double-quoted YAML scalar: JSON with ASCII escapes is one."""
    return Markup(json.dumps(value))  # noqa: S704 - it stands in the front matter only


def escape_bibtex(text: str) -> str:
    """``text`` as the value of a BibTeX field between braces, which it cannot close."""
    return "".join(_BIBTEX.get(char, char) for char in one_line(text)).replace("`", "'")


def escape_xml(text: str, longest: int = _LONGEST) -> str:
    """``text`` as the content of an XML element, in one line; what XML cannot hold is left out."""
    return escape("".join(char for char in one_line(text, longest) if char not in "\ufffe\uffff"))
