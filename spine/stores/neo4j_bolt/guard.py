"""What a question in Cypher may be: decided by what the server plans to do, and by the words it is asked in.

Three locks, each enough for what it is there for. The server runs the question in a read transaction, which refuses
writes whatever the text. Its plan (EXPLAIN) may hold only operators and procedures listed here, so what a later version
can do is refused until it is listed. And the text may call only functions of the server itself: a plug-in's function
may run Cypher of its own, or read a file, without the plan saying so.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from spine.errors import QueryError

Plan = Mapping[str, Any]

_LEAVES = """
Argument AllNodesScan NodeByLabelScan UnionNodeByLabelsScan IntersectionNodeByLabelsScan SubtractionNodeByLabelsScan
NodeByIdSeek NodeByElementIdSeek NodeIndexScan NodeIndexSeek NodeUniqueIndexSeek MultiNodeIndexSeek
NodeIndexSeekByRange NodeUniqueIndexSeekByRange NodeIndexContainsScan NodeIndexEndsWithScan
NodeCountFromCountStore RelationshipCountFromCountStore
"""
_DIRECTIONS = """
AllRelationshipsScan RelationshipTypeScan UnionRelationshipTypesScan RelationshipByIdSeek RelationshipByElementIdSeek
RelationshipIndexScan RelationshipIndexSeek RelationshipIndexSeekByRange RelationshipIndexContainsScan
RelationshipIndexEndsWithScan RelationshipUniqueIndexSeek RelationshipUniqueIndexSeekByRange
"""
_BRANCHES = """
ProduceResults EmptyResult EmptyRow Projection Unwind Filter Limit ExhaustiveLimit Skip Sort PartialSort Top PartialTop
Top1WithTies Distinct OrderedDistinct EagerAggregation OrderedAggregation Eager CacheProperties PreserveOrder
NullifyMetadata ProjectEndpoints Expand OptionalExpand VarLengthExpand BFSPruningVarLengthExpand PruningVarLengthExpand
ShortestPath StatefulShortestPath Repeat BidirectionalRepeat PathPropagatingBFS AssertSameNode AssertSameRelationship
Apply SemiApply AntiSemiApply Anti LetSemiApply LetAntiSemiApply SelectOrSemiApply SelectOrAntiSemiApply
LetSelectOrSemiApply LetSelectOrAntiSemiApply ConditionalApply AntiConditionalApply RollUpApply Optional
CartesianProduct NodeHashJoin NodeLeftOuterHashJoin NodeRightOuterHashJoin ValueHashJoin TriadicSelection TriadicBuild
TriadicFilter Union OrderedUnion ArgumentTracker
"""

OPERATORS = frozenset(
    {*_LEAVES.split(), *_BRANCHES.split()}
    | {way + name for way in ("Directed", "Undirected") for name in _DIRECTIONS.split()}
)
"""The operators of Neo4j 5 that only read the graph (its `LogicalPlan2PlanDescription`, read one by one)."""

PROCEDURES = frozenset(
    {
        "db.labels", "db.relationshiptypes", "db.propertykeys", "db.schema.visualization",
        "db.schema.nodetypeproperties", "db.schema.reltypeproperties", "db.index.fulltext.querynodes",
        "db.index.fulltext.queryrelationships",
    }
)  # fmt: skip
"""The procedures that may be called, in small letters: the shape of the graph, and its full-text index."""

FUNCTION_SPACES = frozenset(
    {"date", "datetime", "duration", "localdatetime", "localtime", "point", "time", "vector.similarity"}
)
"""Where the server's own functions with a dot in their names live, but for those about databases."""

_FIRST = frozenset({"cypher", "explain", "profile", "use", "show", "terminate"})
"""Words that may not begin a question: they choose a parser, another database, or ask about the server."""

_NEW_PART = frozenset({"{", "union", "all", ";"})

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n\r]*|/\*.*?\*/)|(?P<text>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|`(?P<quoted>(?:``|[^`])*)`"""
    r"""|(?P<word>[^\W\d]\w*)|(?P<other>.)""",
    re.DOTALL,
)


def check_text(query: str) -> None:
    """QueryError where the words alone forbid it: several statements, another database, foreign functions, files."""
    if "\\u" in query.lower():
        # The server reads \\u0041 as A anywhere, before it reads words.
        raise _refused("a Unicode escape", "Write the letter itself, or give the text as a parameter.")
    words = list(_words(query))
    if not words:
        raise QueryError("The question is empty.", remedy="Try: MATCH (p:Person) RETURN count(p)")
    before = [(";", False), *words]
    for (last, _), (word, quoted) in zip(before, words, strict=False):
        if word in _FIRST and not quoted and last in _NEW_PART:
            raise _refused(word.upper(), "Begin with MATCH, UNWIND, WITH, CALL or RETURN.")
        if last == "load" and word == "csv":
            raise _refused("LOAD CSV", "It reads files and addresses; give rows as a parameter and UNWIND them.")
    if any(word == ";" and not quoted for word, quoted in words[:-1]):
        raise _refused("a second statement", "Ask one question at a time.")
    for name in _called(words):
        space = name.rpartition(".")[0]
        if space and space not in FUNCTION_SPACES and name not in PROCEDURES:
            raise _refused(f"{name[:80]}()", "Only the server's own functions may be called, and a few procedures.")


def check_plan(plan: Plan, kind: str) -> None:
    """QueryError where the server would do anything but read the graph; `kind` is its own word for the question."""
    if kind != "r":
        raise _refused("what is not a read", "Cypher is for reading here; write through the product.")
    for node in _nodes(plan):
        operator = str(node.get("operatorType", "")).partition("@")[0]
        name = operator.partition("(")[0]
        if name == "ProcedureCall":
            called = str(node.get("args", {}).get("Details", "")).partition("(")[0].replace("`", "").strip().lower()
            if called not in PROCEDURES:
                raise _refused(
                    f"CALL {called[:80]}", f"Procedures that may be called: {', '.join(sorted(PROCEDURES))}."
                )
        elif name not in OPERATORS:
            raise _refused(f"the operator {operator[:80]}", "Only operators that read the graph are let through.")


def _words(query: str) -> Iterator[tuple[str, bool]]:
    """Names and marks in small letters without spaces, comments and texts; and whether a name stood in backticks."""
    for found in _TOKEN.finditer(query):
        if found["quoted"] is not None:
            yield found["quoted"].replace("``", "`").lower(), True
        elif found["word"] or found["other"]:
            if found["other"] and not found["other"].isascii():
                # What is no letter, yet may part words for the server, would hide a name from the checks.
                raise _refused(f"the character {found['other']!r}", "Put it inside a text or backticks.")
            yield (found["word"] or found["other"]).lower(), False
        elif found["text"]:
            yield "''", False


def _called(words: list[tuple[str, bool]]) -> Iterator[str]:
    """The dotted names before an opening bracket, and those after CALL, in small letters."""
    for at, (word, _) in enumerate(words):
        after_call = word == "call" and at + 2 < len(words) and words[at + 2][0] == "."
        if word != "(" and not after_call:
            continue
        step, place = (-1, at - 1) if word == "(" else (1, at + 1)
        parts = []
        while 0 <= place < len(words):
            parts.append(words[place][0])
            beyond = place + step
            if not 0 <= beyond < len(words) or words[beyond][0] != ".":
                break
            place = beyond + step
        yield ".".join(parts[::step])


def _nodes(plan: Plan) -> Iterator[Plan]:
    waiting = [plan]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.get("children") or ())


def _refused(what: str, remedy: str) -> QueryError:
    return QueryError(f"This question is refused: {what}.", remedy=remedy)
