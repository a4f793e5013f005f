"""Telephone numbers that are written as they mostly are, normalised as whole columns; a test holds both ways equal."""

from functools import cache

from spine.normalise.columns import NO_TEXT, Column, compute, first_known
from spine.normalise.phones import plan_of

_CODES = ("1", "31", "33", "34", "39", "44", "49")
"""The country codes that are looked at as columns: few, so that their pattern is made in no time."""
_MARKS = r"[ ().\-/]+"
_NORTH_AMERICAN = r"^(?:\+?1)?[2-9][0-9]{9}$"
_FILLER = f"(?:{'|'.join(f'{digit}{{7}}' for digit in range(10))})$"
_LAST = 10
"""Digits of a number of North America."""
_LENGTHS = range(7, 16)
"""Digits of a number with its country code that E.164 knows, and `phones` takes."""


def regular_phones(values: Column, region: str) -> Column:
    """The numbers in E.164, null for those that need a closer look; `region` reads those without a country."""
    compact = compute.replace_substring_regex(values, _MARKS, "")
    real = compute.invert(compute.match_substring_regex(compact, _FILLER))
    abroad = compute.and_(real, compute.match_substring_regex(compact, _international()))
    found: Column = compute.if_else(abroad, compact, NO_TEXT)
    if region in ("US", "CA"):
        usual = compute.and_(real, compute.match_substring_regex(compact, _NORTH_AMERICAN))
        whole = compute.binary_join_element_wise("+1", compute.utf8_slice_codeunits(compact, -_LAST), "")
        found = first_known(found, compute.if_else(usual, whole, NO_TEXT))
    return found


@cache
def _international() -> str:
    """What `phones` leaves as it is: a code, then as many digits as its plan has, the first of them no prefix."""
    plans = []
    for code in _CODES:
        plan = plan_of(code)
        prefixes = plan[1].pattern.split("|") if plan is not None else []
        # A prefix with conditions on what follows is left to the closer look, and so is what may be a prefix.
        if plan is not None and all(map(str.isdigit, prefixes)):
            first = sorted(set("0123456789") - {prefix[0] for prefix in prefixes})
            lengths = [length for length in sorted(plan[0]) if len(code) + length in _LENGTHS]
            plans += [f"{code}[{''.join(first)}][0-9]{{{length - 1}}}" for length in lengths]
    return rf"^\+(?:{'|'.join(plans)})$"
