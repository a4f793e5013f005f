"""Documents that people write (mappings, audiences, facts, rules): what is wrong with one, and what was meant."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from rapidfuzz import fuzz, process

_ALIKE = 60
_MOST = 5
"""So many things that are wrong are told at once."""
_INSIDE = ("function-", "tagged-union", "constrained-")
"""Steps of a place that are pydantic's and not the document's."""


class Strict(BaseModel):
    """A part of a document: immutable; a key that it does not know is an error that says what was meant."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:
        if isinstance(data, dict):
            names = {field.alias or name: name for name, field in cls.model_fields.items()}
            for key in data:
                if key not in names and key not in names.values():
                    raise ValueError(f"unknown key {str(key)!r}; {hint(str(key), names)}")
        return data


def near(word: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """At most `limit` known words that look like `word`, best first; empty where none does."""
    choices = {one: one.lower() for one in known}
    hits = process.extract(word.lower(), choices, scorer=fuzz.ratio, limit=limit, score_cutoff=_ALIKE)
    return [one for _, _, one in hits]


def meant(word: str, known: Iterable[str]) -> str:
    """`Did you mean a, b? ` before the rest of a remedy; empty where no known word looks like it."""
    close = near(word, known)
    return f"Did you mean {', '.join(close)}? " if close else ""


def hint(word: str, known: Iterable[str]) -> str:
    """`did you mean a, b?`, or the whole list where nothing looks alike."""
    words = list(known)
    close = near(word, words)
    if close:
        return f"did you mean {', '.join(close)}?"
    return f"known are: {', '.join(words)}" if words else "there are none"


def explained(error: ValidationError) -> str:
    """Each thing that is wrong as `place: what`, without pydantic's own words where ours exist."""
    lines = []
    for item in error.errors(include_url=False):
        inside = [str(step) for step in item["loc"] if not str(step).startswith(_INSIDE)]
        message = _message(item["type"], item["msg"], item.get("input"), item.get("ctx") or {})
        lines.append(f"{'.'.join(inside)}: {message}" if inside else message)
    told = list(dict.fromkeys(lines))
    return "; ".join([*told[:_MOST], *([f"and {len(told) - _MOST} more"] if len(told) > _MOST else [])])


def _message(kind: str, message: str, given: Any, context: dict[str, Any]) -> str:
    if kind == "missing":
        return "is missing"
    if kind == "literal_error":
        known = str(context.get("expected", "")).replace(" or ", ", ").split(", ")
        words = [word.strip("'") for word in known]
        close = near(str(given), words)
        meant = f"; did you mean {', '.join(close)}?" if close else ""
        return f"{given!r} is none of {', '.join(words)}{meant}"
    if kind in ("tuple_type", "list_type"):
        return f"is a list: write [{given}]" if isinstance(given, str | int | float) else "is a list"
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        return f"is a mapping of keys to values, not {given!r}"
    return message.removeprefix("Value error, ")
