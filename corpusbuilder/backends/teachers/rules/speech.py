"""Who says what in a story: the one thing that a reader's narrative states beyond doubt."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from corpusbuilder.backends.teachers.rules.candidate import Candidate, infer, read, with_distractors
from corpusbuilder.backends.teachers.rules.language import words
from corpusbuilder.records.document import Passage, Unit
from corpusbuilder.records.example import QuestionType

_NAME: Final = r"[A-ZÀ-Þ][a-zà-ÿ\-]{2,}(?: [A-ZÀ-Þ][a-zà-ÿ\-]{2,})?"
_SPEECH: Final = {
    "en": re.compile(
        r"[“\"](?P<said>[A-Z][^“”\"—]{12,200}?)(?P<stop>[,.!?])[”\"] "
        r"(?:said|says|asked|asks|replied|replies|answered|answers|cried|exclaimed|whispered|added|repeated) "
        rf"(?P<speaker>(?:Mrs?\.? |Dr\.? |Miss |Uncle |Aunt |Captain |King |Queen )?{_NAME})(?=[.,;:]| (?:with|"
        rf"in|to|as|at)\b)"
    ),
    "fr": re.compile(
        r"(?:^|[—–«]) ?(?P<said>[A-ZÀ-Þ][^—–«»]{12,200}?)(?P<stop>[,.!?]) ?[»]?,? ?"
        r"(?:dit|répondit|reprit|s['’]écria|demanda|ajouta|murmura|répliqua|s['’]exclama|répéta|continua|observa) "
        rf"(?P<speaker>(?:la mère |le père |la petite |le petit |Mme |M\. |Mlle )?{_NAME})(?=[.,;:!]| (?:en|avec|"
        rf"à|d['’]|tout|d)\b)"
    ),
}
_ANNOUNCED: Final = {
    "en": re.compile(
        rf"(?:^|[.!?] )(?P<speaker>{_NAME}) (?:said|asked|replied|answered|cried|exclaimed)[,:] "
        r"[“\"](?P<said>[A-Z][^“”\"—]{12,200}?)(?P<stop>[.!?])(?=[”\"])"
    ),
    "fr": re.compile(
        rf"(?:^|[.!?] )(?P<speaker>{_NAME})(?: lui)? (?:dit|répondit|reprit|s['’]écria|demanda|ajouta)(?: "
        rf"[\wà-ÿ]+){{0,5}} ?: ?"
        r"[—–«]\s?(?P<said>[A-ZÀ-Þ][^—–«»]{12,200}?)(?P<stop>[.!?])"
    ),
}
_LEAST_WORDS: Final = 5


@dataclass(frozen=True, slots=True)
class _Speech:
    passage: Passage
    said: str
    speaker: str
    quote: str
    """Words and speaker as printed."""


def speech_questions(unit: Unit, language: str, seed: int) -> Iterator[Candidate]:
    """Who says a sentence that is printed once in the unit, with other speakers of the unit as choices."""
    found = [speech for passage in unit.passages for speech in _speeches(passage, language)]
    counts = Counter(speech.said for speech in found)
    for speech in found:
        if counts[speech.said] > 1:
            continue
        key = (speech.passage.id, speech.said[:60], speech.speaker)
        choices = with_distractors(speech.speaker, _other_speakers(speech, found), seed=seed, key=key)
        yield Candidate(
            form="speech",
            key=key,
            topic=f"speech {speech.speaker}",
            question_type=QuestionType.FACTUAL,
            answer=speech.speaker,
            answer_type="multiple_choice" if choices else "short",
            choices=choices,
            slots={"said": speech.said, "speaker": speech.speaker, "quote": speech.quote},
            steps=(read("read", speech.passage.id, speech.quote), infer("infer", (1,))),
            passage_ids=(speech.passage.id,),
            tier=2,
        )


def _speeches(passage: Passage, language: str) -> Iterator[_Speech]:
    for match in _SPEECH[language].finditer(passage.text):
        if match["stop"] in "!?." or passage.text[match.end("speaker") :][:1] in ".;:!":
            yield from _speech(passage, match, match.start("said"), match.end("speaker"))
    for match in _ANNOUNCED[language].finditer(passage.text):
        yield from _speech(passage, match, match.start("speaker"), match.end())


def _speech(passage: Passage, match: re.Match[str], start: int, end: int) -> Iterator[_Speech]:
    said = match["said"] + (match["stop"] if match["stop"] in "!?." else "")
    if len(words(said)) >= _LEAST_WORDS and not set(words(match["speaker"])) & set(words(said)):
        yield _Speech(passage, said, match["speaker"], passage.text[start:end])


def _other_speakers(speech: _Speech, found: list[_Speech]) -> list[str]:
    """Speakers who are surely somebody else: they share no word with the answer, nor with one another."""
    taken = set(words(speech.speaker)) | set(words(speech.said))
    others: list[str] = []
    for name in sorted({other.speaker for other in found}, key=lambda name: (len(name), name)):
        if not set(words(name)) & taken:
            others.append(name)
            taken |= set(words(name))
    return others
