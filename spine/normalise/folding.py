"""Folding: one spelling of a text in lower-case ASCII, and the words that stand for "nothing is known"."""

import re
import unicodedata

from anyascii import anyascii

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_APOSTROPHES = str.maketrans("", "", "'`")
_LOOKALIKES = str.maketrans("oilzsbg|!", "011258611")
_MISREAD_L = re.compile(r"(?<=[A-Za-z])\||\|(?=[A-Za-z])")
_MISREAD_I = re.compile(r"(?<=[A-Za-z]):(?=[a-z])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff]")

_UMLAUT = re.compile(r"(?<![aeiouq])([aou])e")

PLACEHOLDERS = frozenset(
    (
        "", "unknown", "unkown", "n a", "none", "null", "nil", "nan", "nat", "test", "tbd", "tba", "undefined",
        "anonymous", "not available", "not applicable", "not known", "not provided", "not given", "no name", "noname",
        "no data", "missing", "unspecified", "unbekannt", "inconnu", "inconnue", "desconocido", "xxx", "xxxx",
    )
)  # fmt: skip
"""Folded texts that say that a value is absent."""


def words(text: str) -> frozenset[str]:
    """The set of the words of a text."""
    return frozenset(text.split())


def fold(text: str) -> str:
    """The text in lower-case ASCII letters and digits, words parted by one blank; empty where nothing is left.

    Other scripts are transliterated by anyascii; apostrophes vanish (O'Brien -> obrien), other punctuation parts words.
    A bar or colon inside a word is what scanners make of l and i (Gabr:el, Danie|), and is put back.
    """
    if not text.isascii():
        text = anyascii(text)
    if text.isalnum():
        return text.lower()
    if "|" in text or ":" in text:
        text = _MISREAD_L.sub("l", _MISREAD_I.sub("i", text))
    return _NOT_WORD.sub(" ", text.lower().translate(_APOSTROPHES)).strip()


def without_umlauts(folded: str) -> str:
    """A folded text with a, o, u for ae, oe, ue: what Mueller has in common with Müller, which is folded to muller.

    For comparing only, since it cuts other names too (Noel). After a vowel or a q (Bauer, Marquez) an e is its own.
    """
    return _UMLAUT.sub(r"\1", folded)


def plain(text: str) -> str:
    """The text in Unicode's compatibility form and lower case, without control characters and doubled blanks.

    For identifiers that must keep their characters; repeated until it is stable, so that it is idempotent.
    """
    if text.isascii():
        return " ".join(_CONTROL.sub("", text).lower().split())
    for _ in range(4):
        changed = " ".join(_CONTROL.sub("", unicodedata.normalize("NFKC", text).casefold()).split())
        if changed == text:
            break
        text = changed
    return text


def letters_as_digits(text: str) -> str:
    """The lower-case text with each letter that is read for a digit replaced by it: o, i, l, z, s, b, g and the bar.

    Scanned forms carry them. Only for texts that should hold digits alone.
    """
    return text.translate(_LOOKALIKES)


def alnum(text: str) -> str:
    """The folded text without any blanks: `12-34 AB` -> `1234ab`."""
    return fold(text).replace(" ", "")
