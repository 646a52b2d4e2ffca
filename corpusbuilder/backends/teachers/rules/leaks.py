"""Whether a question gives its answer away."""

from corpusbuilder.backends.teachers.rules.language import content_words, stem, words


def leaks(question: str, answer: str, language: str) -> bool:
    """Whether ``question`` contains ``answer``: all its content words, or the very run of its words.

    Compared word by word, without regard to case and accents.
    """
    asked, told = words(question), words(answer)
    if not told:
        return True
    content = content_words(answer, language)
    if content and set(content) <= set(asked):
        return True
    return any(asked[i : i + len(told)] == told for i in range(len(asked) - len(told) + 1))


def shares_a_root(question: str, answer: str, language: str) -> bool:
    """Whether a content word of ``answer`` stands in ``question`` in any inflected form: enough to betray a term."""
    asked = {stem(word) for word in content_words(question, language)}
    told = {stem(word) for word in content_words(answer, language)}
    return any(a.startswith(b) or b.startswith(a) for a in asked for b in told)
