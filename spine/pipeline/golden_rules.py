"""The survivorship rules of a store: kept as a document, read by whatever writes golden values for lists."""

from dataclasses import replace

import pyarrow as pa

from spine.access.context import Context
from spine.pipeline.index_state import keep_state, read_state
from spine.ports import Cause, Clock, GraphStore, Reader, SystemClock
from spine.resolution.golden_rules import DOCUMENT, Rules, kept


def golden_rules(reader: Reader) -> Rules:
    """The rules that the store keeps, else those shipped; QueryError where what it keeps can't be read."""
    return kept([row["body"] for row in reader.get("document", "id", [DOCUMENT])])


def keep_golden_rules(store: GraphStore, context: Context, rules: Rules, clock: Clock | None = None) -> None:
    """Keep these rules in the store; single answers follow them at once, the columns of lists with the next resolve."""
    clock = clock or SystemClock()
    with store.writing(context, Cause("rules", batch=DOCUMENT)) as writer:
        row = {"id": [DOCUMENT], "kind": ["rules"], "at": [clock.now()], "body": [rules.dump()]}
        writer.put("document", pa.table(row))
        # Everybody's names may read otherwise now: the next resolve has to look at all of them.
        state = read_state(writer)
        if state is not None:
            keep_state(writer, replace(state, settled=False), clock)
