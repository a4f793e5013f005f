"""Which sign parts the decimals of a file's amounts: `1.200` is twelve hundred here and one and a fifth there."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from loaders.column_values import Profile

_AMOUNT = re.compile(r"[^\d.,+-]*[+-]?(\d[\d.,' \u00a0\u202f]*)[^\d.,]*")
_DOUBTFUL = re.compile(r"\d{1,3}[.,]\d{3}")
_THOUSANDS = re.compile(r"\d{1,3}([.,])\d{3}(?:\1\d{3})+")
_OTHER = {".": ",", ",": "."}
_POINTS = frozenset(
    ("", "US", "GB", "IE", "AU", "NZ", "IN", "MX", "JP", "CN", "KR", "TH", "IL", "PH", "SG", "MY", "HK", "TW", "CH")
)
"""Countries whose decimals a point parts, and where nothing tells a country."""


class Decimal(NamedTuple):
    """The sign that parts decimals, None where nothing tells; and what there is to say of it."""

    mark: str | None
    note: str = ""


def decimal_of(amounts: Profile, others: Iterable[Profile], region: str) -> Decimal:
    """The sign by the values of a column of amounts; else by other numbers of the file; else by its country.

    A file that needs none, since every amount reads the same either way, has none.
    """
    doubtful = next((value for value in amounts.values if _doubtful(value)), None)
    for column in (amounts, *(one for one in others if one.name != amounts.name and _is_of_amounts(one))):
        marks = {mark for value in column.values if (mark := _mark(value))}
        if len(marks) == 1:
            mark = marks.pop()
            return Decimal(mark if doubtful or mark == "," else None)
        if marks and doubtful:
            return Decimal(None, _asked(amounts.name, doubtful, f"{column.name} has decimals behind points and commas"))
    if doubtful is None:
        return Decimal(None)
    if region not in _POINTS:
        return Decimal(
            ",", f"Amounts such as {doubtful} in {amounts.name} are read as in {region}: a comma parts decimals."
        )
    return Decimal(None, _asked(amounts.name, doubtful, "no value of the file tells"))


def _asked(column: str, value: str, why: str) -> str:
    plain = _bare(value) or ""
    read = plain.replace(",", "") if "," in plain else str(float(plain))
    return (
        f"Amounts such as {value} in {column} may have thousands or decimals: {why}. They are read as {read}; write\n"
        "`decimal: ','` or `decimal: '.'`, whichever sign parts the decimals."
    )


def _bare(value: str) -> str | None:
    """The figures of an amount with their points and commas; None where it is no amount."""
    match = _AMOUNT.fullmatch(value)
    return re.sub(r"[' \u00a0\u202f]", "", match[1]) if match else None


def _doubtful(value: str) -> bool:
    bare = _bare(value)
    return bare is not None and bare[0] != "0" and _DOUBTFUL.fullmatch(bare) is not None


def _mark(value: str) -> str | None:
    """The sign that surely parts the decimals of a value; None where there are none, or thousands as well."""
    bare = _bare(value)
    if bare is None or not ("." in bare or "," in bare):
        return None
    if match := _THOUSANDS.fullmatch(bare):
        return _OTHER[match[1]]
    last = max(bare.rfind("."), bare.rfind(","))
    sign, behind = bare[last], len(bare) - last - 1
    before = bare[:last]
    if _OTHER[sign] in before or behind in (1, 2) or behind > 3:
        return sign
    return sign if len(before) > 3 or before == "0" else None


def _is_of_amounts(column: Profile) -> bool:
    some: Sequence[str] = column.values[:2000]
    return bool(some) and column.share("date") < 0.5 and all(_bare(value) is not None for value in some)
