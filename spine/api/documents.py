"""Documents that were parsed, measured and found valid are kept, so that this is done once, not at every request.

What is kept is bounded, and only what can be executed is kept: nobody fills memory with texts that are no queries.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import DocumentNode

KEPT = 256
"""How many documents are kept."""
LONGEST = 20_000
"""A document of more letters than this is parsed each time."""
COSTS = 64
"""With how many different counts (`first` and the like) a document is known to be affordable."""

Counts = tuple[Any, ...]


@dataclass(slots=True)
class Known:
    """A parsed document that fits the schema, and the counts with which it was found affordable."""

    document: DocumentNode
    affordable: set[Counts] = field(default_factory=set)

    def affords(self, counts: Counts) -> None:
        """Remember that with these counts the document is below the limits."""
        if len(self.affordable) < COSTS:
            self.affordable.add(counts)


class Documents:
    """The documents asked for last, by their text; for any thread."""

    def __init__(self, size: int = KEPT) -> None:
        self._size = size
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, text: str) -> Known | None:
        """The document of that text, where it is known."""
        with self._lock:
            found = self._known.get(text)
            if found is not None:
                self._known.move_to_end(text)
            return found

    def keep(self, text: str, document: DocumentNode) -> Known | None:
        """Remember a valid document; the one that was not asked for longest makes room."""
        if len(text) > LONGEST:
            return None
        known = Known(document)
        with self._lock:
            self._known[text] = known
            if len(self._known) > self._size:
                self._known.popitem(last=False)
        return known

    def __len__(self) -> int:
        return len(self._known)


def counts_of(name: str | None, variables: Mapping[str, Any]) -> Counts:
    """What of a request decides the cost of its document: the operation, and the variables that are whole numbers."""
    return (name, *sorted((key, value) for key, value in variables.items() if isinstance(value, int)))
