"""A transaction that may be a preview: everything happens in it, and nothing of it stays."""

from collections.abc import Iterator
from contextlib import contextmanager

from spine.access.context import Context
from spine.pipeline.asking_ahead import ask_for_documents, plan_ahead
from spine.pipeline.collecting import uncollected
from spine.pipeline.remembering import Remembering
from spine.ports import Cause, GraphStore, Writer


class _Undone(Exception):
    """Ends the transaction of a preview without a trace."""


@contextmanager
def trying(store: GraphStore, context: Context, cause: Cause, *, preview: bool) -> Iterator[Writer]:
    """A writer's transaction that reads nothing twice, and is rolled back at its end where it is a `preview`."""
    plan_ahead(store)
    try:
        with store.writing(context, cause) as writing, uncollected():
            writer = Remembering(writing)
            ask_for_documents(writer)
            yield writer
            if preview:
                raise _Undone
    except _Undone:
        pass
