"""From the text of a step to its items: names, verbs, and the words that mark who is source and who is target."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from corpusbuilder.language.names import Name, NameMention, find_names
from corpusbuilder.language.relations.vocabulary import Kind, VerbForm, Vocabulary
from corpusbuilder.records.text import Stems, Token, fold, is_stop_word, stems, tokens

ItemKind: TypeAlias = Kind | Literal["name", "verb", "word", "along", "comma", "stop", "sign", "thence", "clitic"]

LONGEST_TEXT: Final = 4000
"""Characters of a step that are read: no step of reasoning is longer."""
_QUOTED: Final = re.compile(
    r'“([^“”]{1,80})”|«([^«»]{1,80})»|"([^"]{1,80})"|„([^„“”]{1,80})[“”]|‘([^‘’]{1,60})’|(?<!\w)\'([^\']{1,60})\'(?!\w)'
)
_SIGN: Final = re.compile(r"<[-=–—]+>|[↔⟷⇔]|[-=–—]+>|[→⟶⇒⟹➔➜➝➞]|<[-=–—]+|[←⟵⇐]")
_STOP: Final = re.compile(r"[.;!?…\n](?:\s|$)")
_COMMA: Final = re.compile(r"[,:(){}\[\]]|\s[–—-]\s")
_ARTICLES: Final = frozenset(["the", "a", "an", "le", "la", "les", "l", "un", "une", "des"])
_MARKS_A_NOUN: Final = frozenset(
    ["the", "a", "this", "from", "to", "at", "of", "as", "for", "via", "between", "by", "generic"]
)
_NOUNS: Final[frozenset[Kind]] = frozenset(["generic", "path", "source", "target"])
"""Kinds of nouns that may be the names of things as well: a label "reservoir"."""
_BEFORE_CLITIC: Final = frozenset(["name", "word", "it", "they", "rel", "not"])
_HELD_BY_HAVE: Final = frozenset(
    ["sa", "son", "ses", "leur", "leurs", "un", "une", "des", "pour", "deux", "comme", "aucun", "aucune", "ete"]
)


class Item(NamedTuple):
    """A unit of a sentence."""

    kind: ItemKind
    start: int
    end: int
    text: str
    """As written; of a sign the folded sense: →, ← or ↔."""
    verb: VerbForm | None = None
    mention: NameMention | None = None
    quoted: bool = False
    accented: bool = False
    """Whether its last syllable bears an accent: "mangé" is a participle."""


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    words: list[Token]
    language: str
    vocabulary: Vocabulary

    def surface(self, place: int) -> str:
        return self.text[self.words[place].start : self.words[place].end]

    def folded(self, place: int) -> str:
        return self.words[place].text if place < len(self.words) else ""

    @property
    def french(self) -> bool:
        return self.language.lower().startswith("fr")

    def kinds(self, word: str) -> frozenset[Kind]:
        """What a single word may be."""
        meanings = (meaning for phrase, meaning in self.vocabulary.phrases.get(word, ()) if len(phrase) == 1)
        return frozenset(kind for meaning in meanings if isinstance(meaning, tuple) for kind in meaning)


def items_of(
    text: str, names: Sequence[Name], along: frozenset[Stems], *, language: str, vocabulary: Vocabulary
) -> list[Item]:
    """The items of ``text``, in order.

    Args:
        text: of one step; what comes after `LONGEST_TEXT` is not read.
        names: what things are called.
        along: what is written along connectors.
        language: BCP 47.
        vocabulary: of that language.
    """
    text = text[:LONGEST_TEXT]
    source = _Text(text, tokens(text), language, vocabulary)
    found = find_names(text, names, language=language)
    starts = {m.start() for m in _QUOTED.finditer(text)}
    starts |= {m.start for m in found if fold(text[m.start : m.end]) not in vocabulary.verbs}
    found = [m for m in found if _is_meant(m, source, starts)]
    taken = _quoted(source, found, along)
    quotes = [(item.start, item.end) for item in taken]
    taken += [_named(m, text) for m in found if not any(s <= m.start and m.end <= e for s, e in quotes)]
    return list(_items(source, sorted(taken, key=lambda item: item.start)))


def _is_meant(mention: NameMention, source: _Text, starts: Collection[int]) -> bool:
    """Whether it is the name and not a word of the language that looks like it.

    Args:
        mention: of one word or more.
        source: the text.
        starts: where the mentions of the text and its quotations begin.
    """
    said, name = source.text[mention.start : mention.end], mention.name.text.strip()
    place = bisect_left(source.words, mention.start, key=lambda word: word.start)
    folded, after = source.folded(place), source.folded(place + 1)
    if mention.end != source.words[place].end:
        return True
    if len(name) == 1 and name.isalpha():
        return said == name and not _heads_a_noun(said, after, source)
    if not source.vocabulary.known(folded) and not is_stop_word(folded, source.language):
        return True
    if mention.similarity < 1:
        return False
    if source.kinds(folded) & _NOUNS:
        next_start = source.words[place + 1].start if after else -1
        return next_start not in starts and after not in ("de", "d", "of")
    return (said == name and not said.islower()) or _is_slot(place, source) or _is_noun(place, source)


def _is_noun(place: int, source: _Text) -> bool:
    """Whether a word that may be a verb is none here: a verb follows, or a form of "be" stands before."""
    verbs, folded = source.vocabulary.verbs, source.folded(place)
    if folded not in verbs:
        return False
    before = source.folded(place - 1) if place else ""
    held = "be" in source.kinds(before) and verbs[folded].tags == {"finite"}
    after = source.folded(place + 1)
    followed = (after in verbs and "finite" in verbs[after].tags) or "be" in source.kinds(after)
    return held or (followed and not source.kinds(before) & {"it", "they", "nobody", "rel"})


def _heads_a_noun(said: str, after: str, source: _Text) -> bool:
    """Whether "A" is the article of an English noun that is known."""
    known = source.vocabulary.phrases.get(after, ())
    kinds = {k for words, m in known if isinstance(m, tuple) for k in m if k != "skip" or len(words) == 1}
    return (
        said in "Aa" and source.language.startswith("en") and bool(kinds & {"arrow", "line", "path", "double", "skip"})
    )


def _is_slot(place: int, source: _Text) -> bool:
    before = source.folded(place - 1) if place else ""
    slots = {"from", "to", "the", "a", "of", "between", "called", "generic"}
    return bool(source.kinds(before) & slots) or (before == "a" and source.french)


def _quoted(source: _Text, found: Sequence[NameMention], along: frozenset[Stems]) -> list[Item]:
    items = []
    for match in _QUOTED.finditer(source.text):
        group = next(i for i, g in enumerate(match.groups(), start=1) if g is not None)
        start, end = match.span(group)
        inside = [m for m in found if start <= m.start and m.end <= end]
        content = [w for w in source.words if start <= w.start and w.end <= end]
        bare = content[1:] if content and content[0].text in _ARTICLES else content
        whole = [m for m in inside if bare and m.start <= bare[0].start and m.end >= bare[-1].end]
        if len(whole) == 1:
            items.append(Item("name", match.start(), match.end(), match[group].strip(), mention=whole[0], quoted=True))
        elif content:
            kind: ItemKind = "along" if stems(match[group]) in along else "word"
            items.append(Item(kind, match.start(), match.end(), match[group].strip(), quoted=True))
    return items


def _named(mention: NameMention, text: str) -> Item:
    return Item("name", mention.start, mention.end, text[mention.start : mention.end], mention=mention)


def _items(source: _Text, taken: Sequence[Item]) -> Iterator[Item]:
    """Everything in order: what is taken as it is, the words between classified, the signs between them."""
    place = done = 0
    before: Item | None = None
    upcoming = iter(taken)
    ready = next(upcoming, None)
    while place < len(source.words) or ready:
        given = ready is not None and (place >= len(source.words) or source.words[place].start >= ready.start)
        for sign in _signs(source.text, done, ready.start if ready and given else source.words[place].start):
            before = sign
            yield sign
        if ready and given:
            item, after = ready, bisect_left(source.words, ready.end, lo=place, key=lambda word: word.start)
            ready = next(upcoming, None)
        else:
            limit = bisect_left(source.words, ready.start, key=lambda w: w.start) if ready else len(source.words)
            item, after = _classified(source, place, limit, before)
        yield item
        before, place, done = (before if item.kind == "skip" else item), max(after, place), item.end
    yield from _signs(source.text, done, len(source.text))


def _signs(text: str, start: int, end: int) -> Iterator[Item]:
    gap = text[start:end]
    if gap.isspace() or not gap:
        return
    if sign := _SIGN.search(gap):
        sense = "↔" if sign[0][-1] in ">↔⟷⇔" and sign[0][0] in "<↔⟷⇔" else "←" if sign[0][0] in "<←⟵⇐" else "→"
        yield Item("sign", start, end, sense)
    elif _STOP.search(gap) or (end == len(text) and gap.strip() in {".", "!", "?", ";"}):
        yield Item("stop", start, end, gap.strip())
    elif _COMMA.search(gap):
        yield Item("comma", start, end, gap.strip())


def _classified(source: _Text, place: int, limit: int, before: Item | None) -> tuple[Item, int]:
    """The item that begins with the word at ``place``, and the place after it."""
    word = source.words[place]
    verb = source.vocabulary.verbs.get(word.text)
    for phrase, meaning in source.vocabulary.phrases.get(word.text, ()):
        after = place + len(phrase)
        if after > limit or any(source.folded(place + i) != part for i, part in enumerate(phrase)):
            continue
        if isinstance(meaning, VerbForm):
            return _item(source, "verb", place, after, meaning), after
        kind = _one_of(meaning, verb if len(phrase) == 1 else None, source, place, before)
        return _item(source, kind, place, after, verb if kind == "verb" else None), after
    if source.french and word.text == "a":
        return _item(source, _sense_of_a(source, place), place, place + 1), place + 1
    if verb is not None:
        return _item(source, "verb", place, place + 1, verb), place + 1
    if word.text.endswith("n't"):
        return _item(source, "not", place, place + 1), place + 1
    endings = ("ment",) if source.french else ("ly", "ward", "wards")
    adverb = word.text.endswith(endings) and len(word.text) > 5 and (before is None or before.kind not in _MARKS_A_NOUN)
    skipped = adverb or is_stop_word(word.text, source.language)
    return _item(source, "skip" if skipped else "word", place, place + 1), place + 1


def _item(source: _Text, kind: ItemKind, place: int, after: int, verb: VerbForm | None = None) -> Item:
    start, end = source.words[place].start, source.words[after - 1].end
    text = source.text[start:end]
    return Item(kind, start, end, text, verb, accented=text.lower().rstrip("es").endswith("é"))


def _one_of(kinds: tuple[Kind, ...], verb: VerbForm | None, source: _Text, place: int, before: Item | None) -> ItemKind:
    """The sense of a word that has several, by its neighbours and its accents."""
    last: str = before.kind if before and before.text.lower() != "dont" else ""
    surface, after = source.surface(place).lower(), source.folded(place + 1)
    if source.french and (sense := _french_sense(surface, source, place, last)):
        return sense
    if "rel" in kinds and "this" in kinds:
        return "rel" if last in ("name", "word", "arrow", "line", "path", "generic", "comma") else "this"
    if verb is None or kinds[0] in ("skip", "have"):
        return kinds[0]
    if "called" in kinds:
        finite = verb.verb == "nommer" and not surface.endswith(("é", "ée", "és", "ées"))
        return "verb" if finite or after in ("by", "par") else "called"
    if "between" in kinds:
        return "verb" if after in ("dans", "en") else "between"
    lacking = before is not None and before.text.lower() in ("sans", "without")
    return kinds[0] if lacking or last in _MARKS_A_NOUN else "verb"


def _french_sense(surface: str, source: _Text, place: int, last: str) -> ItemKind | None:
    """The sense of a short French word; None where it has but one."""
    if surface in ("ou", "où"):
        return "and" if surface == "ou" else "rel"
    finite = _is_finite(source, place + 1)
    if surface in ("le", "la", "les", "l") and finite and last in _BEFORE_CLITIC:
        return "clitic"  # "B le mange"
    if surface in ("son", "ton", "mien", "sien") and place and source.folded(place - 1) in ("le", "un", "du", "au"):
        return "word"  # an article stands before no possessive: the sound, the bran
    if surface in ("la", "là"):
        return "the" if surface == "la" else "there"
    return "thence" if surface == "en" and last != "from" and finite else None


def _is_finite(source: _Text, place: int) -> bool:
    verb = source.vocabulary.verbs.get(source.folded(place))
    return verb is not None and "finite" in verb.tags


def _sense_of_a(source: _Text, place: int) -> ItemKind:
    """French: "à" marks a target, "a" is a form of avoir, and either may have lost or won an accent."""
    after = source.folded(place + 1)
    verb = source.vocabulary.verbs.get(after)
    following = [source.folded(place + i) for i in range(2, 8)]
    told = "pour" in following or "comme" in following
    held = after in _HELD_BY_HAVE or told or (verb is not None and "past" in verb.tags)
    return "have" if held and source.surface(place) != "à" else "to"
