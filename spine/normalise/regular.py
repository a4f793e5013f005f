"""Identifiers that are written as they mostly are, normalised as whole columns; the others one by one.

A value that fits the pattern of its namespace here needs none of the care of `identifiers`: a test holds the two ways
equal. Every pattern asks for a digit from 1 to 9, which no word for an absent value has.
"""

from spine.normalise.columns import NO_TEXT, Column, compute

_TOKEN = r"^[!-~]*[1-9][!-~]*$"
_OPAQUE = r"^[A-Za-z0-9._:/+@-]*[1-9][A-Za-z0-9._:/+@-]*$"
_CARD = r"^[A-Za-z0-9.-]*[1-9][A-Za-z0-9.-]*$"
_EMAIL = r"^[a-z0-9_][a-z0-9_+%'-]*(\.[a-z0-9_+%'-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.){1,5}[a-z]{2,24}$"
_LONGEST_LOCAL = 63

EXACT = ("cookie", "mobile_token")
CARDS = ("loyalty", "account", "device")
OWN_RULES = ("phone", "domain", "address", "national_id", "tax_id", "register", "lei", "ip")
"""Namespaces whose values always go one by one."""


def regular(namespace: str, values: Column) -> "Column | None":
    """The normalised values, null for those that need a closer look; None where all of the namespace do."""
    if namespace in OWN_RULES:
        return None
    if namespace in EXACT:
        return _where(values, _TOKEN, values)
    lower: Column = compute.ascii_lower(values)
    if namespace == "email":
        short = compute.less_equal(compute.find_substring(lower, "@"), _LONGEST_LOCAL)
        return _where(compute.if_else(short, lower, NO_TEXT), _EMAIL, lower)
    if namespace in CARDS:
        return _where(values, _CARD, compute.replace_substring_regex(lower, "[.-]+", ""))
    return _where(values, _OPAQUE, lower)


def _where(texts: Column, pattern: str, values: Column) -> Column:
    found: Column = compute.if_else(compute.match_substring_regex(texts, pattern), values, NO_TEXT)
    return found
