"""The licences that are known, from ``known.toml``: by SPDX identifier, by name in English and French, by address."""

import re
import tomllib
import unicodedata
from functools import cache
from importlib import resources
from typing import Final, Literal, TypeAlias

from corpusbuilder.records.base import Record

Kind: TypeAlias = Literal["public_domain", "creative_commons", "permissive", "copyleft", "permission"]

_WEB_ADDRESS: Final = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/(?:licenses/|(?=publicdomain/))(?P<path>[\w./-]+)", re.IGNORECASE
)
_VERSION: Final = re.compile(r"v?(\d\.\d)")
_MARKS: Final = re.compile(r"[^a-z0-9.+]+")


class Licence(Record):
    """One licence and what it asks."""

    spdx: str
    """SPDX identifier, or a ``LicenseRef-``."""
    name: str
    """As people write it, such as ``CC BY-SA 4.0``."""
    kind: Kind
    url: str | None = None
    hub: str = "other"
    """What the Hub calls it."""
    attribution: bool = False
    share_alike: bool = False
    non_commercial: bool = False
    no_derivatives: bool = False
    version: str = ""
    """Of a Creative Commons licence."""
    yields_to_creative_commons: bool = False
    """Whether its own text says that CC BY on the result is enough."""

    @property
    def elements(self) -> frozenset[str]:
        """Of a Creative Commons licence, such as BY and SA."""
        asked = {"SA": self.share_alike, "NC": self.non_commercial, "ND": self.no_derivatives}
        return frozenset({"BY", *(name for name, is_asked in asked.items() if is_asked)})


class _CreativeCommons(Record):
    versions: tuple[str, ...]
    licences: tuple[str, ...]
    ports: frozenset[str]
    countries: dict[str, str]
    """Ports by the names of their countries."""
    hub: frozenset[str]
    hub_family: str
    words: dict[str, tuple[str, ...]]


class _Known(Record):
    forbidding: tuple[str, ...]
    unknown: tuple[str, ...]
    creative_commons: _CreativeCommons
    by_name: dict[str, Licence]


def known_licence(text: str) -> Licence | None:
    """The one licence that ``text`` names, as an SPDX identifier, in words, or as an address of creativecommons.org.

    Text in brackets must name the same: ``Creative Commons Attribution 4.0 (CC BY 4.0)``.
    """
    parts = {_known_part(part) for part in re.split(r"[()]", text) if plain(part)}
    return parts.pop() if len(parts) == 1 else None


def forbids(text: str) -> bool:
    """Whether ``text`` says that nothing may be passed on."""
    words = f" {plain(text)} "
    return any(f" {phrase} " in words for phrase in _known().forbidding)


def says_unknown(text: str) -> bool:
    """Whether ``text`` says no more than that the licence is not known."""
    return plain(text) in _known().unknown


def names_creative_commons(text: str) -> bool:
    """Whether ``text`` begins as a Creative Commons licence does, recognised or not."""
    return plain(text).startswith(_known().creative_commons.words["CC"])


def plain(text: str) -> str:
    """Lower-case words and numbers with one blank between them, without accents and punctuation."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    words = (word.strip(".") for word in _MARKS.sub(" ", letters).split())
    return " ".join(word for word in words if word)


def creative_commons(elements: frozenset[str], version: str, port: str = "") -> Licence | None:
    """The Creative Commons licence with these elements; None when there is none."""
    known = _known().creative_commons
    code = next((code for code in known.licences if frozenset(code.split("-")) == elements), None)
    if code is None or version not in known.versions or (port and version == known.versions[-1]):
        return None
    identifier = f"cc-{code}-{version}".lower()
    place = f"{code.lower()}/{version}/" + (f"{port}/" if port else "")
    hub = identifier if identifier in known.hub and not port else known.hub_family
    return Licence(
        spdx="-".join(filter(None, ("CC", code, version, port.upper()))),
        name=" ".join(filter(None, ("CC", code, version, port.upper()))),
        kind="creative_commons",
        url=f"https://creativecommons.org/licenses/{place}",
        hub=hub,
        attribution=True,
        share_alike="SA" in elements,
        non_commercial="NC" in elements,
        no_derivatives="ND" in elements,
        version=version,
    )


def _known_part(text: str) -> Licence | None:
    address = _WEB_ADDRESS.fullmatch(text.strip())
    if address:
        path = re.sub(r"/(deed|legalcode).*$", "", address["path"]).strip("/")
        text = path if path.startswith("publicdomain") else f"cc {path}"
    words = plain(text)
    return _known().by_name.get(words) or _in_words(words)


def _in_words(words: str) -> Licence | None:
    """A Creative Commons licence from its name, however its elements are written and ordered."""
    known = _known().creative_commons
    phrases = {phrase: element for element, names in known.words.items() for phrase in names}
    longest_first = "|".join(re.escape(phrase) for phrase in sorted(phrases, key=lambda phrase: (-len(phrase), phrase)))
    found: list[str] = []
    rest = re.sub(rf"\b({longest_first})\b", lambda match: found.append(phrases[match[1]]) or " ", words).split()  # type: ignore[func-returns-value]
    versions = {match[1] for word in rest if (match := _VERSION.fullmatch(word))}
    ports = [known.countries.get(word, word) for word in rest if not _VERSION.fullmatch(word)]
    if found.count("CC") != 1 or len(versions) != 1 or len(ports) > 1 or not known.ports.issuperset(ports):
        return None
    elements = [element for element in found if element not in {"CC", "nothing"}]
    if len(set(elements)) != len(elements):
        return None
    return creative_commons(frozenset(elements), versions.pop(), *ports)


@cache
def _known() -> _Known:
    text = resources.files("corpusbuilder").joinpath("stages/release/licences/known.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    by_name: dict[str, Licence] = {}
    for entry in table.pop("licence"):
        names = entry.pop("names", [])
        spdx, asks = entry["spdx"], entry["kind"] != "public_domain"
        entry.setdefault("url", None if spdx.startswith("LicenseRef") else f"https://spdx.org/licenses/{spdx}.html")
        licence = Licence(attribution=asks, share_alike=entry["kind"] == "copyleft", **entry)
        by_name |= {plain(name): licence for name in (entry["spdx"], *names)}
    return _Known.model_validate({**table, "by_name": by_name})
