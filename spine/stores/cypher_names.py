"""Which tables a question in Cypher may look into, so that no others have to be copied for it."""

import re
from collections.abc import Sequence
from itertools import pairwise

from spine.domain.graph import GRAPH

TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`[^`]*`|(?:[.:$]\s*)?[^\W\d]\w*|\S", re.DOTALL
)
"""The words and marks of a question; comments, texts and names in backticks are one each."""
_PATTERNS = frozenset(("match", "optional", ",", "(", "=", "and", "or", "not", "exists", "where", "{", "|"))
"""What may stand before a node that begins a pattern; before other brackets stands the name of a function."""


def tables_for(query: str) -> frozenset[str]:
    """The names of the tables that a question can see: those it names, and the ends of its edges.

    All of them where a node or an edge may be of any kind: an edge without a type, a node that has no label and hangs
    on no edge.
    """
    tokens = (found.group() for found in TOKEN.finditer(query))
    said = [token for token in tokens if not token.startswith(("//", "/*"))]
    if _any_edge(said) or _any_node(said):
        return frozenset(GRAPH)
    labels = {
        token.lstrip(": ").strip("`")
        for before, token in pairwise(("", *said))
        if token.startswith(":") or before in (":", "|")
    }
    found = [table for table in GRAPH.values() if table.label in labels]
    ends = {end for table in found if table.is_edge for end in (table.start, table.end)}
    return frozenset({table.name for table in found} | ends)


def _any_edge(said: Sequence[str]) -> bool:
    """Whether an edge of the question has no type: `--`, `-[]-`, `-[e]-`."""
    for at, token in enumerate(said[:-1]):
        if token == "-" and said[at + 1] == "-":
            return True
        if token == "-" and said[at + 1] == "[":
            inside = said[at + 2 : _closing(said, at + 1)]
            if not any(one.startswith(":") for one in inside):
                return True
    return False


def _any_node(said: Sequence[str]) -> bool:
    """Whether a node that begins a pattern has no label and no edge."""
    labelled: set[str] = set()
    for at, token in enumerate(said):
        if token != "(" or at == 0 or said[at - 1].lower() not in _PATTERNS:
            continue
        end = _closing(said, at)
        inside = said[at + 1 : end]
        name = inside[0] if inside and not inside[0].startswith((":", "{")) else ""
        hangs = said[end + 1 : end + 2] in (["-"], ["<"])
        if hangs or any(one.startswith(":") for one in inside[:2]):
            labelled.add(name)
        elif _is_node(inside) and (not name or name not in labelled):
            return True
    return False


def _is_node(inside: Sequence[str]) -> bool:
    """Whether brackets hold what a node may: nothing, a name, properties."""
    return len(inside) < 2 or inside[1] == "{" or inside[0] == "{"


def _closing(said: Sequence[str], at: int) -> int:
    """Where the bracket that opens here closes."""
    depth = 0
    for place in range(at, len(said)):
        depth += (said[place] in "([{") - (said[place] in ")]}")
        if depth == 0:
            return place
    return len(said)
