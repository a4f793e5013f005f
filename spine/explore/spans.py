"""Spans of time in words, as people say them."""

_YEAR, _MONTH = 365.25, 30.4375
_FEW = 2


def span(days: int) -> str:
    """So many days, from two months on in months, from two years on in years."""
    if days >= _FEW * _YEAR:
        return f"{round(days / _YEAR)} years"
    if days >= _FEW * _MONTH:
        return f"{round(days / _MONTH)} months"
    return f"{days} day{'' if days == 1 else 's'}"
