"""The organisation table: one row per organisation at the default confidence, with its place in the hierarchy."""

from typing import Any

import numpy as np
import pyarrow as pa

from spine.ports import arrow_schema
from spine.resolution.entities import Entities
from spine.resolution.facts import (
    Probability,
    flags_column,
    names_and_sources,
    numbered,
    size_and_sureness,
    usual,
    usual_longest,
)
from spine.resolution.golden_columns import golden_region, golden_texts
from spine.resolution.golden_rules import SHIPPED, Rules
from spine.resolution.grouping import coded
from spine.resolution.households import probability as odds
from spine.resolution.links import first_known
from spine.resolution.organisations import Hierarchy
from spine.resolution.resolved import Resolved


def organisation_table(
    resolved: Resolved,
    over: Hierarchy,
    found: Entities | None = None,
    flags: dict[int, list[str]] | None = None,
    probability: Probability = odds,
    rules: Rules = SHIPPED,
) -> pa.Table:
    """The table `organisation`, by id; `over` is the hierarchy of the same records, the rest as for persons."""
    ids, number = numbered(resolved.organisation)
    size = len(ids)
    if not np.array_equal(ids, over.id):
        raise ValueError("The hierarchy was made from other records than these.")
    name = coded(first_known(resolved.as_came("organisation_name"), resolved.text("organisation")))
    golden = golden_texts(resolved, number, size, ("organisation",), rules)
    columns: dict[str, Any] = {
        **size_and_sureness(ids, number, found, probability),
        **names_and_sources(resolved, number, size),
        "name": first_known(golden["organisation"], usual_longest(name, number, size)),
        **golden_region(resolved, number, size, rules),
        "country": usual(resolved, number, size, "country"),
        "controller": pa.array(over.controller, mask=over.controller < 0),
        "ultimate": over.ultimate,
        "parents": over.parents,
        "children": over.children,
        "cycle": over.cycle,
        "flags": flags_column(ids, flags),
    }
    schema = arrow_schema("organisation")
    return pa.table({column: columns[column] for column in schema.names}, schema=schema)
