"""Columns of texts as JSON objects, row by row: joined by Arrow in one pass, cells that need no escapes as they are."""

import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa

from spine.normalise.columns import Column, compute

_ESCAPED = r'["\\\x00-\x1f]'
"""What JSON texts may not hold as it is."""
_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_ESCAPES = str.maketrans({chr(code): f"\\u{code:04X}" for code in range(32)} | _SHORT)


def objects(columns: Iterable[tuple[str, Column]], size: int, *, nulls: bool = False) -> Column:
    """For each of `size` rows a JSON object of its texts by name, in this order, as DuckDB's `json_object` writes it.

    A text that is null is left out, or is null where `nulls`.
    """
    members = [(json.dumps(name, ensure_ascii=False), column) for name, column in columns]
    if not nulls:
        members = [(name, column) for name, column in members if column.null_count < len(column)]
    if not members:
        return pa.repeat("{}", size)
    parts: list[Any] = ["{"]
    # The commas stand behind what comes before a member that every row has, and before what comes behind it.
    always = next((at for at, (_, column) in enumerate(members) if nulls or not column.null_count), None)
    for at, (name, column) in enumerate(members):
        before, behind = ("", ",") if always is not None and at < always else (",", "")
        _add(parts, f"{'' if at == always else before}{name}:", _escaped(column), behind, nulls)
    joined = _joined([*parts, "}"])
    if always is None:
        joined = compute.replace_substring(joined, "{,", "{", max_replacements=1)
    return joined


def _add(parts: list[Any], before: str, column: Column, behind: str, nulls: bool) -> None:
    """Append what a member is joined of."""
    if not column.null_count:
        parts += [f'{before}"', column, f'"{behind}']
    elif nulls:
        parts += [before, compute.fill_null(_joined(['"', column, '"']), "null"), behind]
    else:
        parts.append(compute.fill_null(_joined([f'{before}"', column, f'"{behind}']), ""))


def _joined(parts: list[Any]) -> Column:
    """Texts and columns end to end; null where one is null."""
    merged: list[Any] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    joined: Column = compute.binary_join_element_wise(*merged, "")
    return joined


def _escaped(texts: Any) -> Column:
    """The texts as they stand between the quotes of JSON."""
    held = np.frombuffer(texts.buffers()[2] or b"", np.uint8)
    if not ((held < ord(" ")) | (held == ord('"')) | (held == ord("\\"))).any():
        plain: Column = texts
        return plain
    odd = compute.fill_null(compute.match_substring_regex(texts, _ESCAPED), False)
    written = [text.translate(_ESCAPES) for text in texts.filter(odd).to_pylist()]
    escaped: Column = compute.replace_with_mask(texts, odd, pa.array(written, pa.string()))
    return escaped
