"""What a document may ask for, measured before anything is executed: size, depth, aliases, and an estimate of cost.

The cost of a field is 1 plus what its children cost; the edges of a connection count `first` times, and a traversal
counts the nodes it may reach. Introspection is not counted, but may not descend into itself for ever.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)
from strawberry.extensions import SchemaExtension

from spine.api.documents import Documents, counts_of
from spine.api.relay import DEFAULT_FIRST, MAX_FIRST
from spine.errors import TooExpensive


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits of one document; `cost` counts fields that may be answered, roughly."""

    tokens: int = 2000
    depth: int = 16
    aliases: int = 30
    cost: int = 50_000
    introspection: int = 3


BOUNDS = Bounds()
DOCUMENTS = Documents()
"""What was asked last, by any client of this process."""

FIXED: Mapping[str, int] = {
    "confirmLink": 1000, "rejectLink": 1000, "withdrawJudgement": 1000, "previewJudgement": 1000,
    "deleteRecord": 1000, "ingestEvents": 2000, "ingestRecord": 1000,
    "search": 50, "sharedIdentifiers": 2000, "status": 50, "totalCount": 10, "why": 50, "weakestLink": 10,
    "graphMetrics": 10_000, "communities": 15_000, "paths": 500,
    "cypher": 10_000,
}  # fmt: skip
"""What a field costs by itself, where it is more than 1."""
MULTIPLIED: Mapping[str, tuple[str, int]] = {
    "neighbourhood": ("nodes", 100),
    "tree": ("nodes", 200),
    "candidates": ("", 3),
    "search": ("first", 10),
    "sharedIdentifiers": ("first", DEFAULT_FIRST),
    "graphMetrics": ("first", 10),
    "communities": ("first", 10),
}
"""Fields whose children are answered as often as an argument says, and its default."""
_DESCENDING = frozenset({"fields", "inputFields", "interfaces", "possibleTypes"})


class Limits(SchemaExtension):
    """Refuses documents above the bounds with TOO_EXPENSIVE, before they are validated or executed.

    What was found good before is neither parsed nor validated again.
    """

    def on_operation(self) -> Iterator[None]:
        """Stop the parser at the limit of tokens."""
        context = self.execution_context
        context.parse_options["max_tokens"] = BOUNDS.tokens
        self._known = DOCUMENTS.get(context.query or "")
        if self._known is not None:
            context.graphql_document = self._known.document
        yield

    def on_validate(self) -> Iterator[None]:
        """Measure the parsed document."""
        context, known = self.execution_context, self._known
        counts = counts_of(context.operation_name, context.variables or {})
        document = context.graphql_document
        if document is not None and not context.context.named and len(_operations(document)) > 1:
            context.pre_execution_errors = [GraphQLError("The document has several operations: name one to execute.")]
        elif document is not None and (known is None or counts not in known.affordable):
            try:
                measure(document, context.operation_name, context.variables or {}, BOUNDS)
            except TooExpensive as error:
                context.pre_execution_errors = [GraphQLError(error.message, original_error=error)]
        if known is not None and context.pre_execution_errors is None:
            context.pre_execution_errors = []
        yield
        if document is not None and not context.pre_execution_errors:
            known = known or DOCUMENTS.keep(context.query or "", document)
            if known is not None:
                known.affords(counts)


def measure(document: DocumentNode, name: str | None, variables: Mapping[str, Any], bounds: Bounds) -> int:
    """The estimated cost of the document's operations; TooExpensive names the bound that it breaks."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    operations = _operations(document)
    meter = _Meter(bounds, variables, _defaults(operations), fragments)
    total = sum(meter.selections(node.selection_set, _Place()) for node in operations)
    meter.check("cost", total, bounds.cost, "Ask for fewer at a time (`first`), or in several requests.")
    return total


def _operations(document: DocumentNode) -> list[OperationDefinitionNode]:
    return [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]


def _defaults(operations: Sequence[OperationDefinitionNode]) -> dict[str, int]:
    """The greatest whole-number default of each variable."""
    found: dict[str, int] = {}
    for node in operations:
        for variable in node.variable_definitions or ():
            if isinstance(variable.default_value, IntValueNode):
                name, value = variable.variable.name.value, int(variable.default_value.value)
                found[name] = max(value, found.get(name, 0))
    return found


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a document: how deep, how many edges the connection above gives, how far inside introspection."""

    depth: int = 1
    edges: int = 1
    inward: int = 0
    spread: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Meter:
    bounds: Bounds
    variables: Mapping[str, Any]
    defaults: Mapping[str, Any]
    fragments: Mapping[str, FragmentDefinitionNode]
    aliases: int = 0
    steps: int = 0

    def selections(self, node: SelectionSetNode | None, at: "_Place") -> int:
        """The cost of a selection set."""
        total = 0
        for selection in node.selections if node is not None else ():
            self.steps += 1
            self.check("size with its fragments", self.steps, self.bounds.cost, "Spread fewer fragments.")
            if isinstance(selection, FieldNode):
                total += self.field(selection, at)
            elif isinstance(selection, InlineFragmentNode):
                total += self.selections(selection.selection_set, at)
            elif isinstance(selection, FragmentSpreadNode):
                name = selection.name.value
                fragment = self.fragments.get(name)
                if fragment is not None and name not in at.spread:
                    total += self.selections(fragment.selection_set, replace(at, spread=at.spread | {name}))
        return total

    def field(self, node: FieldNode, at: "_Place") -> int:
        """The cost of one field with its children."""
        name = node.name.value
        if node.alias is not None:
            self.aliases += 1
            self.check("number of aliases", self.aliases, self.bounds.aliases, "Send several requests.")
        if at.inward or name.startswith("__"):
            inward = max(at.inward, 1) + (name in _DESCENDING)
            self.check("nesting of introspection", inward - 1, self.bounds.introspection, "Ask for the schema plainly.")
            return self.selections(node.selection_set, replace(at, inward=inward))
        self.check("depth", at.depth, self.bounds.depth, "Ask for less in one go.")
        times, spreads = self.times(node), name in MULTIPLIED
        below = replace(at, depth=at.depth + 1, edges=1 if spreads else times)
        children = self.selections(node.selection_set, below)
        return FIXED.get(name, 1) + children * (times if spreads else at.edges if name == "edges" else 1)

    def times(self, node: FieldNode) -> int:
        """How many items this field may give."""
        argument, default = MULTIPLIED.get(node.name.value, ("first", DEFAULT_FIRST))
        value = next((item.value for item in node.arguments or () if item.name.value == argument), None)
        given: Any = None
        if isinstance(value, IntValueNode):
            given = int(value.value)
        elif isinstance(value, VariableNode):
            given = self.variables.get(value.name.value, self.defaults.get(value.name.value))
        return max(1, min(given, 10 * MAX_FIRST)) if isinstance(given, int) else default

    def check(self, what: str, found: int, allowed: int, remedy: str) -> None:
        """TooExpensive where `found` is above what is allowed."""
        if found > allowed:
            raise TooExpensive(f"The document's {what} is above the limit of {allowed}.", remedy=remedy)
