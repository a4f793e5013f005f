"""Plain traits of a person: sex and age."""

import re

from spine.normalise.folding import fold, letters_as_digits

_SEX = {
    word: code
    for code, words in {
        "m": "m male man men boy mann mannlich masculin masculine masculino homme hombre maschio uomo 1",
        "f": "f female woman women girl w weiblich frau femme feminin feminine femenino feminino mujer femmina donna 2",
        "x": "x other non binary nonbinary diverse divers d nb intersex",
    }.items()
    for word in words.split()
} | {"non binary": "x"}
_AGE = re.compile(r"\s*(\d{1,3})(?:\.0+)?\s*(?:y|yr|yrs|years?)?\s*", re.ASCII | re.IGNORECASE)
_SCANNED = re.compile(r"(?=.*\d)[\doOiIlLzZsSbBgG|]{2,3}", re.ASCII)
_OLDEST = 130


def normalise_sex(text: str) -> str | None:
    """m, f or x from the usual words of some languages and from ISO/IEC 5218's digits; None for anything else."""
    return _SEX.get(fold(text))


def normalise_age(text: str) -> str | None:
    """Whole years from 0 to 130, as text; None for anything else."""
    match = _AGE.fullmatch(text) or (_SCANNED.fullmatch(text) and _AGE.fullmatch(letters_as_digits(text.lower())))
    return str(int(match[1])) if match and int(match[1]) <= _OLDEST else None
