"""Names of persons: folded, titles dropped, suffix split off, whole names parted into given, middle and surname."""

import re
from functools import cache
from typing import NamedTuple

from nicknames import NickNamer

from spine.normalise.folding import PLACEHOLDERS, fold, words

TITLES = words(
    "mr mrs ms miss mx dr doctor prof professor sir dame rev reverend fr father hon capt captain col maj lt "
    "sgt herr frau fraulein hr mme mlle monsieur madame"
)
POSTNOMINALS = words("phd md dds dvm esq esquire mba cpa obe mbe cbe kbe dphil edd llb llm mbbs")
SUFFIXES = {
    "jr": "jr", "jnr": "jr", "junior": "jr", "sr": "sr", "snr": "sr", "senior": "sr",
    "ii": "ii", "2nd": "ii", "iii": "iii", "3rd": "iii", "iv": "iv", "4th": "iv",
}  # fmt: skip
PARTICLES = words(
    "van von der den de la le da das dos do di del della dello du des ten ter te zu zur zum af av ibn bin bint ben abu "
    "al el st saint san santa mac mc vander vande vom"
)
NO_NAMES = PLACEHOLDERS - {"nan"}
"""Placeholders of names; Nan is a given name."""
_CJK = re.compile(r"[\u4e00-\u9fff\uac00-\ud7af]{2,4}")
_PHD = re.compile(r"\bph d\b")


class FullName(NamedTuple):
    """The parts of a person's name, folded; None where absent."""

    given: str | None
    middle: str | None
    surname: str | None
    suffix: str | None


def normalise_name(text: str) -> str | None:
    """One name, folded; None for a placeholder such as `unknown`."""
    return _known(fold(text).split())


def normalise_suffix(text: str) -> str | None:
    """jr, sr, ii, iii or iv; None for anything else."""
    return SUFFIXES.get(fold(text))


def split_given(text: str) -> tuple[str | None, str | None, str | None]:
    """(given, middle initials, suffix): titles and post-nominals dropped, trailing initials are middle names."""
    folded = fold(text)
    if folded in NO_NAMES:
        return None, None, None
    tokens = _PHD.sub("phd", folded).split()
    while len(tokens) > 1 and tokens[0] in TITLES:
        tokens.pop(0)
    middle: list[str] = []
    suffix = None
    while len(tokens) > 1:
        last = tokens[-1]
        if last in SUFFIXES:
            suffix = suffix or SUFFIXES[last]
        elif len(last) == 1 and last.isalpha():
            middle.insert(0, last)
        elif last not in POSTNOMINALS:
            break
        tokens.pop()
    return _known(tokens), " ".join(middle) or None, suffix


def split_surname(text: str) -> tuple[str | None, str | None]:
    """(surname, suffix): particles stay, `Smith Jr` gives `smith` and `jr`; a lone initial stays a surname."""
    folded = fold(text)
    if folded in NO_NAMES:
        return None, None
    tokens = _PHD.sub("phd", folded).split()
    suffix = None
    while len(tokens) > 1 and (tokens[-1] in SUFFIXES or tokens[-1] in POSTNOMINALS):
        suffix = suffix or SUFFIXES.get(tokens[-1])
        tokens.pop()
    return _known(tokens), suffix


def split_full_name(text: str) -> FullName:
    """The parts of a whole name, written `Given Middle Surname` or `Surname, Given Middle`, with titles and suffix.

    The surname begins at the first particle (van der Berg, de la Cruz). One word is a given name, after a title a
    surname. Chinese and Korean names of two to four signs without a blank begin with the surname's sign.
    """
    sign_name = text.strip()
    if _CJK.fullmatch(sign_name):
        return FullName(fold(sign_name[1:]) or None, None, fold(sign_name[0]) or None, None)
    if fold(text) in NO_NAMES:
        return FullName(None, None, None, None)
    parts = [tokens for tokens in map(_name_words, text.split(",")) if tokens]
    credentials = [tokens for tokens in parts[1:] if _is_credential(tokens)]
    suffix = next((SUFFIXES[token] for tokens in credentials for token in tokens if token in SUFFIXES), None)
    rest = [tokens for tokens in parts[1:] if tokens not in credentials]
    if rest:
        given, family = [token for part in rest for token in part], parts[0]
        while len(given) > 1 and given[-1] in PARTICLES:
            family = [given.pop(), *family]
    else:
        given, family, own = _split_tokens(parts[0])
        suffix = suffix or own
    return _assemble(given, family, suffix)


def _name_words(text: str) -> list[str]:
    """The folded words of a part of a name; what a hyphen joins stays one entry (`anne marie`)."""
    found: list[str] = []
    for word in text.split():
        folded = fold(word)
        found.extend([folded] if "-" in word and folded else folded.split())
    return found


def _is_credential(tokens: list[str]) -> bool:
    """True for a part that holds only suffixes and post-nominals, written with or without dots."""
    return all(token in SUFFIXES or token in POSTNOMINALS for token in tokens) or "".join(tokens) in POSTNOMINALS


def _split_tokens(tokens: list[str]) -> tuple[list[str], list[str], str | None]:
    """Part the words of an unpunctuated name into given names, surname and suffix."""
    titled = False
    while len(tokens) > 1 and tokens[0] in TITLES:
        tokens, titled = tokens[1:], True
    suffix = None
    while len(tokens) > 1 and (tokens[-1] in SUFFIXES or tokens[-1] in POSTNOMINALS):
        suffix = suffix or SUFFIXES.get(tokens[-1])
        tokens = tokens[:-1]
    if len(tokens) == 1:
        return ([], tokens, suffix) if titled else (tokens, [], suffix)
    start = next((at for at in range(1, len(tokens) - 1) if tokens[at] in PARTICLES), len(tokens) - 1)
    return tokens[:start], tokens[start:], suffix


def _assemble(given: list[str], family: list[str], suffix: str | None) -> FullName:
    while len(given) > 1 and given[0] in TITLES:
        given = given[1:]
    while len(given) > 1 and (given[-1] in SUFFIXES or given[-1] in POSTNOMINALS):
        suffix = suffix or SUFFIXES.get(given[-1])
        given = given[:-1]
    first, initials, _ = split_given(given[0]) if given else (None, None, None)
    middle = [*(initials or "").split(), *given[1:]]
    surname, own = split_surname(" ".join(family))
    return FullName(first, _known(middle), surname, suffix or own)


def _known(tokens: list[str]) -> str | None:
    text = " ".join(tokens)
    return None if text in NO_NAMES else text


@cache
def _namer() -> NickNamer:
    return NickNamer()


@cache
def nicknames_of(given: str) -> frozenset[str]:
    """The nicknames of a given name and the names that it is a nickname of, folded; from the nicknames package."""
    namer = _namer()
    found = namer.nicknames_of(given) | namer.canonicals_of(given)
    return frozenset(fold(name) for name in found) - {given, ""}
