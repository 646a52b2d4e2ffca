import random
import string

import pytest
from parse_pages import paragraph, text_line

from corpusbuilder.backends.pdf.garbled import is_garbled

EN = (
    "When the plant takes water from the soil it carries minerals along with it into the stem and further on into "
    "every leaf, where light turns them into sugar that feeds all the other parts and makes flowers grow."
)
FR = (
    "Lorsque la plante puise de l’eau dans le sol, elle entraîne des sels minéraux vers la tige puis vers chaque "
    "feuille, où la lumière les transforme en sucres qui nourrissent tous les autres organes jusqu’aux fleurs."
)
LATIN = (
    "Gallia est omnis divisa in partes tres, quarum unam incolunt Belgae, aliam Aquitani, tertiam qui ipsorum lingua "
    "Celtae, nostra Galli appellantur. Hi omnes lingua, institutis, legibus inter se differunt. Gallos ab Aquitanis "
    "Garumna flumen, a Belgis Matrona et Sequana dividit."
)
NAMES = (
    "Kowalski Nguyen Schwarzenegger Tchaikovsky Brzezinski Hrabal Kundera Szymborska Soyinka Achebe Okonkwo Mbeki "
    "Ramaphosa Zhang Huang Zhou Xiaoping Dzhugashvili Khrushchev Brezhnev Gorbachev Yeltsin Medvedev Kuchma Abimbola"
)


def garbled(text):
    return is_garbled([text_line(text, 50, 50)])


@pytest.mark.parametrize("text", [EN, FR, LATIN, NAMES, EN.upper()])
def test_language_and_names_are_language(text):
    assert not garbled(text)


@pytest.mark.parametrize("text", [EN, FR])
def test_letters_shifted_by_a_font_without_codes_are_garbled(text):
    assert garbled("".join(chr(ord(c) - 29) if c.isascii() and c.isalpha() else c for c in text))


def test_letters_exchanged_at_random_are_garbled_nearly_always():
    found = []
    for seed in range(100):
        letters = list(string.ascii_lowercase)
        random.Random(seed).shuffle(letters)
        found.append(garbled(EN.lower().translate(str.maketrans(string.ascii_lowercase, "".join(letters)))))
    assert sum(found) >= 90


def test_symbols_in_place_of_letters_are_garbled():
    symbols = "!\"#$%&'*+/:;<=>?@[\\]^`{|}~"
    assert garbled("".join(c if c == " " else symbols[ord(c) % len(symbols)] for c in EN))


@pytest.mark.parametrize(
    "text",
    [
        "qzx wvk jjq",
        " ".join(f"{n} {n * 37}" for n in range(200)),
        "acgt" * 8 + " " + " ".join("acgt"[i % 4 :] + "gattaca" * (i % 3) for i in range(60)),
        "= + ( ) / * x y " * 40,
        "Name " + "." * 400,
        "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם " * 10,
        "Все люди рождаются свободными и равными в своем достоинстве и правах " * 10,
    ],
    ids=["few words", "numbers", "sequences", "formulas", "leaders", "hebrew", "russian"],
)
def test_what_cannot_be_told_is_left_as_it_is(text):
    assert not garbled(text)


def test_a_page_without_lines_is_left_as_it_is():
    assert not is_garbled([])
    assert not is_garbled(paragraph(50, 50))
