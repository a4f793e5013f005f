"""The few SQL expressions that readers and the compiled mapping are built of, in DuckDB's dialect.

They work on text cells that are trimmed, and null where they held nothing.
"""

import json
from collections.abc import Iterable

_SPACES = " \t\r\n\f\v\u00a0\ufeff"
_SPACE_AT_AN_END = r"^[\s\x{a0}\x{feff}]|[\s\x{a0}\x{feff}]$"
_DAYS = ("%Y/%m/%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%d-%m-%Y", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%B %d, %Y")
_CLOCKS = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")
_TRUE = ("true", "t", "yes", "y", "1", "verified", "ja", "j", "oui", "si", "sí", "sim", "tak", "x")
_FALSE = ("false", "f", "no", "n", "0", "unverified", "nein", "non", "não", "nej", "nee", "nie")
_GIVEN = (
    "given", "granted", "opt-in", "opt in", "optin", "opted-in", "opted in", "subscribed", "active", "accepted",
    "erteilt", "zugestimmt", "angemeldet", "aktiv", "accepté", "accordé", "abonné", "aceptado", "concedido",
    "accettato", "udzielona",
)  # fmt: skip
_WITHDRAWN = (
    "withdrawn", "revoked", "denied", "opt-out", "opt out", "optout", "opted-out", "opted out", "unsubscribed",
    "inactive", "refused", "declined", "widerrufen", "abgelehnt", "abgemeldet", "inaktiv", "refusé", "retiré",
    "désabonné", "rechazado", "revocado", "rifiutato", "revocato", "wycofana",
)  # fmt: skip
PERSON_WORDS = ("person", "individual", "natural person", "natural", "human", "consumer", "private", "p", "i", "b2c")
ORGANISATION_WORDS = (
    "organisation", "organization", "company", "business", "legal entity", "legal", "corporate", "corporation", "firm",
    "legal person", "o", "org", "b", "c", "b2b", "employer", "supplier", "vendor",
)  # fmt: skip
_IN_ORGANISATIONS = (
    "inc|incorporated|llc|llp|lp|ltd|limited|plc|corp|corporation|co|company|gmbh|ag|kg|ohg|ug|gbr|sarl|sas|sasu|sa|srl"
    "|spa|bv|nv|ab|oy|oyj|as|aps|pty|bank|school|university|college|hospital|clinic|church|restaurant|group|holdings?"
    "|services?|solutions|partners|associates|foundation|trust|institute|systems|technologies|industries|international"
    "|store|center|centre|academy|department|district|agency|council|union|verein|stiftung"
)
ORGANISATION_NAME = rf"(^|[^a-z])({_IN_ORGANISATIONS})([^a-z]|$)"
"""A pattern found in lower-case names of organisations and hardly ever in those of persons."""


def text(value: str | None) -> str:
    """A string literal; NULL for None."""
    return "NULL::VARCHAR" if value is None else "'" + value.replace("'", "''") + "'"


def texts(values: Iterable[str]) -> str:
    """The inside of an IN (…)."""
    return ", ".join(text(value) for value in values)


def quoted(expression: str) -> str:
    """The text between quotation marks."""
    return f"('''' || {expression} || '''')"


def struct(parts: dict[str, str]) -> str:
    """A struct of these expressions."""
    return "{" + ", ".join(f"{text(name)}: {expression}" for name, expression in parts.items()) + "}"


def sparse_object(cells: dict[str, str]) -> str:
    """A JSON object of those cells (expressions by their names) that are not null, as text."""
    # A join of texts skips what is null, five times as fast as an object that is purged of it afterwards.
    keys = {text(json.dumps(name, ensure_ascii=False) + ":"): cell for name, cell in cells.items()}
    members = ", ".join(f"{key} || to_json({cell})::VARCHAR" for key, cell in keys.items())
    return f"'{{' || concat_ws(',', {members}) || '}}'"


def clean(cell: str) -> str:
    """The cell without white space around it; null where nothing is left."""
    # Trimming by a set of characters takes longer than asking whether there is anything to trim.
    trimmed = f"CASE WHEN regexp_matches({cell}, {text(_SPACE_AT_AN_END)}) THEN trim({cell}, {text(_SPACES)})"
    return f"nullif({trimmed} ELSE {cell} END, '')"


def translated(cell: str, values: dict[str, str]) -> str:
    """The cell, its value exchanged where `values` has it in any case; others stay."""
    if not values:
        return cell
    cases = " ".join(f"WHEN {text(key.strip().lower())} THEN {text(value)}" for key, value in values.items())
    return f"CASE lower({cell}) {cases} ELSE {cell} END"


def truth(cell: str) -> str:
    """True, false, or null where the cell says neither."""
    word = f"lower({cell})"
    return f"CASE WHEN {word} IN ({texts(_TRUE)}) THEN true WHEN {word} IN ({texts(_FALSE)}) THEN false END"


def consent(cell: str) -> str:
    """`given`, `withdrawn`, or null where the cell says neither."""
    return (
        f"CASE WHEN lower({cell}) IN ({texts((*_TRUE, *_GIVEN))}) THEN 'given' "
        f"WHEN lower({cell}) IN ({texts((*_FALSE, *_WITHDRAWN))}) THEN 'withdrawn' END"
    )


def says_consent(text: str) -> bool:
    """Whether a cell of this text says that a consent was given or withdrawn."""
    return text.strip().lower() in {*_TRUE, *_GIVEN, *_FALSE, *_WITHDRAWN}


def kind(cell: str) -> str:
    """`person`, `organisation`, or null where the cell says neither."""
    return (
        f"CASE WHEN lower({cell}) IN ({texts(PERSON_WORDS)}) THEN 'person' "
        f"WHEN lower({cell}) IN ({texts(ORGANISATION_WORDS)}) THEN 'organisation' END"
    )


def _stamp(moment: str) -> str:
    """A timestamp as ISO 8601 with offset zero; the fraction of the second only where there is one."""
    return f"replace(strftime({moment}, '%Y-%m-%dT%H:%M:%S.%f+00:00'), '.000000+', '+')"


def moment(cell: str, form: str | None) -> str:
    """The time as ISO 8601 in UTC, a day where no time of day is given, null where it can't be read.

    Without a format: ISO 8601 (years and months alone too), days first where dots or dashes part them, month first
    where a slash does unless that is impossible, and seconds or milliseconds since 1970.
    """
    if form is not None:
        parsed = f"try_strptime({cell}, {text(form)})"
        return _stamp(f"{parsed}") if _has_clock(form) else f"strftime({parsed}, '%Y-%m-%d')"
    clocked = [f"{day} {clock}" for day in _DAYS for clock in _CLOCKS]
    days = f"try_strptime({cell}, [{texts((*_DAYS, '%Y%m%d'))}])"
    return (
        f"CASE WHEN {cell} IS NULL THEN NULL "
        f"WHEN length({cell}) > 10 AND regexp_matches({cell}, '^\\d{{4}}-') "
        f"THEN {_stamp(f'try_cast({cell} AS TIMESTAMPTZ)')} "
        f"WHEN regexp_full_match({cell}, '\\d{{4}}(-(0[1-9]|1[0-2]))?') THEN {cell} "
        f"WHEN length({cell}) = 10 AND try_cast({cell} AS DATE) IS NOT NULL "
        f"AND regexp_full_match({cell}, '\\d{{4}}-\\d\\d-\\d\\d') THEN {cell} "
        f"WHEN regexp_full_match({cell}, '\\d{{4}}-\\d\\d?-\\d\\d?') "
        f"THEN strftime(try_cast({cell} AS DATE), '%Y-%m-%d') "
        f"WHEN regexp_full_match({cell}, '\\d{{10}}') THEN {_stamp(f'to_timestamp({cell}::BIGINT)')} "
        f"WHEN regexp_full_match({cell}, '\\d{{13}}') THEN {_stamp(f'to_timestamp({cell}::BIGINT / 1000)')} "
        f"WHEN regexp_matches({cell}, '^\\d{{4}}-') THEN {_stamp(f'try_cast({cell} AS TIMESTAMPTZ)')} "
        f"ELSE coalesce(strftime({days}, '%Y-%m-%d'), "
        f"{_stamp(f'try_strptime({cell}, [{texts(clocked)}])')}) END"
    )


def _has_clock(form: str) -> bool:
    return any(mark in form for mark in ("%H", "%I", "%X", "%c", "%S"))


def amount(cell: str, decimal: str | None = None) -> str:
    """A number as plain decimal text, whatever marks its thousands and decimals; null where it is none.

    `decimal` is the sign that parts the decimals where both readings are possible; None: a point, or a comma that does
    not stand before three figures.
    """
    bare = f"regexp_replace({cell}, '[^0-9.,+-]', '', 'g')"
    known = ""
    if decimal is not None:
        other = "," if decimal == "." else "."
        whole = f"(\\d+|\\d{{1,3}}(\\{other}\\d{{3}})+)"
        plain = f"replace(replace({bare}, {text(other)}, ''), {text(decimal)}, '.')"
        written = f"regexp_full_match({bare}, '[+-]?{whole}(\\{decimal}\\d+)?')"
        known = f"WHEN {written} AND NOT regexp_matches({cell}, '\\d[eE][+-]?\\d') THEN {plain} "
    return (
        f"CASE {known}WHEN try_cast({cell} AS DOUBLE) IS NOT NULL THEN {cell} "
        f"WHEN regexp_full_match({bare}, '[+-]?\\d{{1,3}}(,\\d{{3}})+(\\.\\d+)?') THEN replace({bare}, ',', '') "
        f"WHEN regexp_full_match({bare}, '[+-]?[\\d.]*\\d,\\d+') THEN replace(replace({bare}, '.', ''), ',', '.') "
        f"WHEN regexp_full_match({bare}, '[+-]?\\d+(\\.\\d+)?') THEN {bare} END"
    )
