"""The options that commands share, declared once."""

from enum import StrEnum
from typing import Annotated

import typer

from spine.domain.vocabulary import Kind


class EntityKind(StrEnum):
    """What records resolve to."""

    PERSON = "person"
    HOUSEHOLD = "household"
    ORGANISATION = "organisation"


Store = Annotated[
    str | None,
    typer.Option(
        "--store",
        help="memory:, sqlite:PATH, neo4j://HOST or bolt://HOST; else SPINE_STORE, else sqlite:.spine/spine.db.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
Confidence = Annotated[
    float | None,
    typer.Option("--confidence", help="Between 0 and 1; else SPINE_CONFIDENCE, else 0.95.", show_default=False),
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="Relationships as they were on this day (ISO 8601).", show_default=False),
]
RecordKind = Annotated[Kind | None, typer.Option("--kind", help="What the file is about.", show_default=False)]
ResolvedKind = Annotated[EntityKind, typer.Option("--kind", help="Which entities.")]
