"""What a good teacher answers to the passes, for a fake endpoint: English or French, whatever page it is shown."""

import json
import re
from typing import Any

from fakes.schema_values import value_for

_ORDER = re.compile(r"^- (S\d+)\b.*\b(short|multiple_choice|yes_no|number|list|free)$", re.MULTILINE)
_ASKED = re.compile(r'<question id="(Q\d+)".*?(?:Answer: |Réponse\s: )(.*?)\n</question>', re.DOTALL)
_THINGS = ("warm vapour", "heavy rain", "dark soil", "long roots", "thin mist", "fresh snow", "clear ice", "hard hail")
_QUESTION = {"en": "What happens to the {} in the end?", "fr": "Que devient finalement {} dans le cycle de la mer ?"}
_SAID = {
    "en": ("There is “{}” in the book.", "So the answer is {}."),
    "fr": ("Le livre parle de « {} » sur cette page.", "La réponse à la question est donc {}."),
}
_YES = {"en": "Yes", "fr": "Oui"}


def answer(body: dict[str, Any]) -> str:
    """The content of a completion, for ``Options.answer``."""
    schema = body["response_format"]["json_schema"]["schema"]
    text = "\n".join(_texts(body))
    if "questions" in schema["properties"]:
        language = "fr" if "commandes" in text else "en"
        return json.dumps({"questions": [_question(*order, language) for order in _ORDER.findall(text)]})
    if "chains" in schema["properties"]:
        step = schema["properties"]["chains"]["items"]["properties"]["steps"]["items"]["properties"]
        language = "fr" if "Réponse" in text else "en"
        return json.dumps({"chains": [_chain(*asked, step, language) for asked in _ASKED.findall(text)]})
    return json.dumps(value_for(schema, text))


def _texts(body):
    for message in body["messages"]:
        content = message["content"]
        yield from [content] if isinstance(content, str) else (part.get("text", "") for part in content)


def _question(slot, form, language):
    thing = _THINGS[int(slot[1:]) % len(_THINGS)]
    answers = {"yes_no": _YES[language], "list": f"the {thing}, the sea", "number": f"{slot[1:]} litres"}
    wrong = [{"text": f"wrong {thing} {number}", "type": "misconception"} for number in range(3)]
    return {
        "slot": slot,
        "possible": True,
        "question": _QUESTION[language].format(thing),
        "answer": answers.get(form, f"it is {thing}"),
        "distractors": wrong if form == "multiple_choice" else [],
    }


def _chain(name, said, step, language):
    """Two steps: what is seen in the first element, or read in the first passage, and what follows."""
    there, so = _SAID[language]
    elements = step.get("elements", {}).get("items", {}).get("enum", [])[:1]
    seen = {"text": there.format(said), "kind": "perceive", "premises": [], "elements": elements, "quotes": []}
    if not elements:
        passage = step["quotes"]["items"]["properties"]["passage"]["enum"][0]
        seen |= {"kind": "read", "quotes": [{"passage": passage, "quote": "some words"}]}
    last = {"text": so.format(said), "kind": "infer", "premises": [1], "elements": [], "quotes": []}
    return {"question": name, "steps": [seen, last]}
