"""`folding.fold` of whole columns: plain texts by Arrow, what needs transliteration or repair one by one."""

import pyarrow as pa

from spine.normalise.columns import NO_TEXT, Column, compute, first_known
from spine.normalise.folding import fold


def fold_column(texts: Column) -> Column:
    """Each text folded; null stays null."""
    plain = compute.and_not(compute.string_is_ascii(texts), compute.match_substring_regex(texts, "[|:]"))
    lower = compute.ascii_lower(compute.if_else(plain, texts, NO_TEXT))
    parted = compute.replace_substring_regex(compute.replace_substring_regex(lower, "['`]+", ""), "[^a-z0-9]+", " ")
    folded: Column = compute.ascii_trim(parted, " ")
    rest = compute.if_else(plain, NO_TEXT, texts)
    if rest.null_count < len(rest):
        others = [None if text is None else fold(text) for text in rest.to_pylist()]
        folded = first_known(folded, pa.array(others, pa.string()))
    return folded
