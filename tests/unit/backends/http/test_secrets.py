import json

from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.backends.http.secrets import Secrets


def test_what_is_too_short_to_be_a_secret_is_none():
    secrets = Secrets.of(["EMPTY", None, "", "long-enough-1", "long-enough-1-and-longer"])
    assert secrets.values == ("long-enough-1-and-longer", "long-enough-1")


@given(st.text(alphabet='abc/"', min_size=8), st.text(max_size=20), st.text(max_size=20))
def test_a_secret_is_blotted_out_of_words_and_bodies(secret, before, after):
    secrets = Secrets((secret,))
    text = before + secret + after

    assert secret not in secrets.words(text).replace("[secret]", "")
    assert secret.encode() not in secrets.blot(text.encode()).replace(b"[secret]", b"")
    assert b"canary" not in Secrets(("canary/7f3a9c51e2d84b60",)).blot(rb'{"key": "canary\/7f3a9c51e2d84b60"}')


@given(st.text(alphabet='aZ+/=-_."', min_size=8, max_size=20), st.randoms())
def test_a_secret_is_blotted_out_of_json_however_it_is_escaped(secret, random):
    def spelt(character):
        code = f"\\u{ord(character):04x}"
        either = {'"': ['\\"'], "/": ["/", "\\/"]}.get(character, [character])
        return random.choice([*either, code, code.upper().replace("U", "u")])

    body = f'{{"said": "the key is {"".join(map(spelt, secret))}, is it"}}'.encode()

    assert json.loads(body)["said"] == f"the key is {secret}, is it"
    assert json.loads(Secrets((secret,)).blot(body))["said"] == "the key is [secret], is it"


def test_a_secret_that_begins_with_a_sign_that_json_escapes_goes_with_its_backslash():
    body = Secrets(('"=======',)).blot(rb'{"said": "the key is \"=======."}')
    assert json.loads(body) == {"said": "the key is [secret]."}


def test_what_looks_like_a_key_is_blotted_out_of_words():
    words = Secrets().words("Incorrect key sk-proj-abcd1234efgh5678 in\n Bearer abc.def, see the manual")

    assert words == "Incorrect key [secret] in [secret] see the manual"


def test_words_are_kept_short():
    assert len(Secrets().words("word " * 200)) == 300
