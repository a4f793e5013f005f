"""Long documents, sent once: a model is megabytes, and every answer needs it.

A long document carries the digest of its body. A question names the digests whose bodies this program holds, and the
server leaves these out. What is known by its content can't be stale, whoever wrote it, inside a transaction too.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from spine.domain.graph import Table
from spine.ports import Step
from spine.stores.neo4j_bolt.patterns import DIGEST, DOCUMENT, place, places

HELD = "held"
"""The parameter beside the values: digests by id of the bodies that are held."""


def whole(table: Table, step: Step) -> bool:
    """Whether a step finds documents with their bodies."""
    return table is DOCUMENT and not (step.columns or step.counted)


def places_of_document() -> str:
    """The columns of a document as cells: no body where that is held, and the digest at the end."""
    *others, body = DOCUMENT.names
    given = place(DOCUMENT, body)
    return (
        f"{places(DOCUMENT, others)}, CASE WHEN n.`{DIGEST}` = $v.{HELD}[n.id] THEN null ELSE {given} END, n.`{DIGEST}`"
    )


class Documents:
    """The bodies of long documents that a store has sent: of each id the last one."""

    def __init__(self) -> None:
        self._bodies: dict[str, tuple[str, str]] = {}

    def held(self) -> dict[str, tuple[str, str]]:
        """Digest and body by id, as they are now: what a question says it holds is what its answer is completed by."""
        return dict(self._bodies)

    def completed(self, held: Mapping[str, tuple[str, str]], found: Sequence[Sequence[Any]]) -> list[list[Any]]:
        """The cells with every body and without digests; bodies that came are held from now on."""
        out = []
        for *others, body, digest in found:
            name = others[0]
            if digest is not None and body is None:
                body = held[name][1]
            elif digest is not None:
                self._bodies[name] = (digest, body)
            out.append([*others, body])
        return out
