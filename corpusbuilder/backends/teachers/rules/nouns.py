"""Articles, elision, quotation marks and capitals."""

import re
from typing import Final

_VOWEL: Final = re.compile(r"[aeiouyàâäéèêëîïôöùûüœæ]", re.IGNORECASE)
_FRENCH_ARTICLE: Final = re.compile(r"(?:(?:le|la|les|un|une|des|du)\s+|l['’]\s?)", re.IGNORECASE)
_ENGLISH_ARTICLE: Final = re.compile(r"(?:the|an?)\s+", re.IGNORECASE)


def quoted(text: str, language: str) -> str:
    """``text`` in the quotation marks of the language; inner ones are turned into the second kind."""
    if language == "fr":
        inner = text.replace("«\u00a0", "“").replace("\u00a0»", "”").replace("« ", "“").replace(" »", "”")
        return f"«\u00a0{inner.replace('«', '“').replace('»', '”')}\u00a0»"
    return f"“{text.replace('“', '‘').replace('”', '’')}”"


def capitalised(text: str) -> str:
    """``text`` with a capital first letter."""
    return text[:1].upper() + text[1:]


def uncapitalised(text: str) -> str:
    """``text`` with a small first letter, unless its first word is an acronym or a single capital letter."""
    first = re.split(r"[\s'’-]", text, maxsplit=1)[0]
    if len(first) > 1 and not first[1:].islower():
        return text
    return text[:1].lower() + text[1:]


def without_article(text: str, language: str) -> str:
    """``text`` without its leading article."""
    pattern = _FRENCH_ARTICLE if language == "fr" else _ENGLISH_ARTICLE
    return text[match.end() :] if (match := pattern.match(text)) else text


def of_quoted_french(text: str) -> str:
    """``de`` and the quoted text, elided before a vowel: d'« Épinal », de « Metz »."""
    return f"d'{quoted(text, 'fr')}" if _VOWEL.match(text) else f"de {quoted(text, 'fr')}"


def looks_plural(term: str, language: str) -> bool:
    """Whether a term looks plural, by its first noun in French and its last in English: enough to match choices."""
    parts = without_article(term, language).split()
    if not parts:
        return False
    head = parts[0] if language == "fr" else parts[-1]
    if language == "fr":
        return head.endswith(("s", "x"))
    return head.endswith("s") and not head.endswith(("ss", "us", "is"))
