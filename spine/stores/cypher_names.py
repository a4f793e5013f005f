"""Which tables and columns a question in Cypher may look into, so that no others have to be copied for it."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from spine.documents import meant
from spine.domain.graph import EDGES, GRAPH, NODES
from spine.errors import QueryError

TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`[^`]*`|(?:[.:$]\s*)?[^\W\d]\w*|\S", re.DOTALL
)
"""The words and marks of a question; comments, texts and names in backticks are one each."""
_PATTERNS = frozenset(("match", "optional", ",", "(", "=", "and", "or", "not", "exists", "where", "{", "|"))
"""What may stand before a node that begins a pattern; before other brackets stands the name of a function."""


_COUNTING = frozenset(("count", "id", "label", "labels", "type", "length"))
"""Functions that see no property of the node, edge or path that they are given."""
_CLAUSES = frozenset(("match", "where", "return", "with", "unwind", "order"))


def columns_for(query: str) -> frozenset[str] | None:
    """The names of the columns that a question can see beside keys; None for all of them.

    It sees what it names; all where it answers with whole nodes, edges or paths, or hands them on.
    """
    said = _said(query)
    named = {
        token
        for before, token, after in zip(("", *said), said, (*said[1:], ""), strict=False)
        if _is_word(token) and (before in ("(", "[") or after == "=")
    }
    clause = ""
    for at, token in enumerate(said):
        word = token.lower()
        clause = word if word in _CLAUSES else "return" if token == "}" else clause
        before, after = said[at - 1].lower() if at else "", said[at + 1] if at + 1 < len(said) else ""
        if token == "*" and before in ("return", "with", "distinct", ","):
            return None
        if token in named and not (after.startswith(".") or _only_bound(said, at, clause)):
            return None
    return frozenset(token.lstrip(".:$ ").strip("`") for token in said)


def _only_bound(said: Sequence[str], at: int, clause: str) -> bool:
    """Whether a name stands here to bind a part of a pattern, or in a function that sees no property of it."""
    opening = at - 1 - (said[at - 1].lower() == "distinct")
    opens, before = said[opening] if opening >= 0 else "", said[opening - 1].lower() if opening > 0 else ""
    if opens == "[":
        return before == "-"
    if opens == "(":
        end = _closing(said, opening)
        hangs = before in ("-", ">", "<") or said[end + 1 : end + 2] in (["-"], ["<"])
        return before in _COUNTING or hangs or (clause == "match" and before in _PATTERNS)
    return clause == "match" and said[at + 1 : at + 2] == ["="]


def _is_word(token: str) -> bool:
    return token[0].isalpha() or token[0] in "_`"


def _said(query: str) -> list[str]:
    """The words and marks of a question, without comments."""
    tokens = (found.group() for found in TOKEN.finditer(query))
    return [token for token in tokens if not token.startswith(("//", "/*"))]


def tables_for(query: str) -> frozenset[str]:
    """The names of the tables that a question can see: those it names, and the ends of its edges.

    All of them where a node or an edge may be of any kind: an edge without a type, a node that has no label and hangs
    on no edge.
    """
    said = _said(query)
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


LABELS = frozenset(table.label for table in NODES)
TYPES = frozenset(table.label for table in EDGES)


def strange_names(query: str) -> tuple[set[str], set[str]]:
    """The labels of nodes and the types of edges in a question's patterns that no table has."""
    said = _said(query)
    labels: set[str] = set()
    types: set[str] = set()
    opened: list[str] = []
    names = None
    for at, token in enumerate(said):
        inside = opened[-1] if opened else ""
        if token in ("(", "[", "{"):
            opened.append(token if token != "[" or said[at - 1 : at] == ["-"] else "")
        elif token in (")", "]", "}") and opened:
            opened.pop()
        elif token.startswith(":"):
            names = {"(": labels, "": labels, "[": types}.get(inside)
            if names is not None and len(token) > 1:
                names.add(token.lstrip(": "))
                continue
            if names is not None and token == ":":
                continue
        elif names is not None and _is_word(token) and said[at - 1] in (":", "|", "&", "!"):
            names.add(token.strip("`"))
            continue
        elif names is not None and token in ("|", "&", "!"):
            continue
        names = None
    return labels - LABELS, types - TYPES


def check_names(labels: Iterable[str], types: Iterable[str]) -> None:
    """QueryError for the first of these labels and types, which there are not, with what was probably meant."""
    for what, said, known in (("label", labels, LABELS), ("type of edges", types, TYPES)):
        for name in sorted(said):
            raise QueryError(
                f"There is no {what} {name[:80]!r}.", remedy=f"{meant(name[:80], known)}There are: {_listed(known)}."
            )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _closing(said: Sequence[str], at: int) -> int:
    """Where the bracket that opens here closes."""
    depth = 0
    for place in range(at, len(said)):
        depth += (said[place] in "([{") - (said[place] in ")]}")
        if depth == 0:
            return place
    return len(said)
