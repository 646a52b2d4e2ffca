"""Books that are compared with each other."""

import release_corpus as corpus

from corpusbuilder.stages.release.survey import Survey


def book(name, *texts, figures=()):
    """A document with these passages."""
    about = corpus.document(name)
    passages = [corpus.passage(f"p-{name}-{n}", text, name, words=()) for n, text in enumerate(texts)]
    return [corpus.unit(about, passages, figures)]


def compared(books, images=None):
    survey = Survey(by_unit=False)
    for units in books:
        survey.add_units(units)
    return survey.compare((images or {}).__getitem__)


def groups(*books, images=None):
    found = compared(books, images)
    return sorted(tuple(sorted(found.ids[place] for place in members)) for members in found.grouping.groups)


def own_pages(name, pages=20):
    return [corpus.prose(f"{name} {page}", 200) for page in range(pages)]
