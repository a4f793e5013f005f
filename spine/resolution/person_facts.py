"""The person table: one row per person at the default confidence, with its stage, name, region and consents."""

from typing import Any

import numpy as np
import pyarrow as pa

from spine.ports import arrow_schema
from spine.resolution.components import Ints
from spine.resolution.consent_state import Agreed, nothing_agreed
from spine.resolution.entities import Entities
from spine.resolution.facts import (
    Probability,
    flags_column,
    names_and_sources,
    numbered,
    size_and_sureness,
    usual_longest,
)
from spine.resolution.golden_columns import golden_names, golden_region
from spine.resolution.golden_rules import SHIPPED, Rules
from spine.resolution.grouping import Coded, coded
from spine.resolution.households import probability as odds
from spine.resolution.links import first_known, joined_texts
from spine.resolution.resolved import Resolved

STAGES = np.array(["anonymous", "pseudonymous", "registered", "verified"], dtype=object)
ANONYMOUS = frozenset(("cookie", "ip"))
"""Namespaces of a visitor nobody knows; a person with nothing else, or nothing at all, is anonymous."""
PSEUDONYMOUS = frozenset(("device", "mobile_token"))
"""Namespaces that recognise somebody again without naming anybody."""
PASSING = frozenset(("order", "ticket", "address"))
"""Namespaces that say nothing about the stage: they are left in passing."""


def person_table(
    resolved: Resolved,
    found: Entities | None = None,
    flags: dict[int, list[str]] | None = None,
    probability: Probability = odds,
    rules: Rules = SHIPPED,
    agreed: Agreed | None = None,
) -> pa.Table:
    """The table `person`, by id; `found` gives cohesion and next join, `flags` the flags by label.

    Name and region are those of the golden record by these rules; `agreed` are the consents that hold.
    """
    ids, number = numbered(resolved.person)
    size = len(ids)
    columns: dict[str, Any] = {
        **size_and_sureness(ids, number, found, probability),
        **names_and_sources(resolved, number, size),
        "stage": _stages(resolved, number, size),
        "name": first_known(golden_names(resolved, number, size, rules), usual_longest(_names(resolved), number, size)),
        **golden_region(resolved, number, size, rules),
        "consents": (agreed or nothing_agreed()).purposes_of(ids),
        "flags": flags_column(ids, flags),
    }
    schema = arrow_schema("person")
    return pa.table({name: columns[name] for name in schema.names}, schema=schema)


def _stages(resolved: Resolved, number: Ints, size: int) -> "pa.Array[Any]":
    """How well each person is known: the furthest stage that one of its claims, or a name, brings it to."""
    namespace = resolved.coded_of_claims("namespace")
    level = np.array([_stage_of(text) for text in namespace.texts.tolist()] + [0], dtype=np.int64)[namespace.codes]
    verified: Any = first_known(resolved.claims["verified"], pa.scalar(False)).to_numpy()
    level[verified.astype(bool)] = 3
    owner = number[resolved.claimed("row")]
    stage = np.zeros(size, np.int64)
    np.maximum.at(stage, owner[owner >= 0], level[owner >= 0])
    named = (number >= 0) & ((resolved.coded_text("surname").codes >= 0) | (resolved.coded_text("given").codes >= 0))
    np.maximum.at(stage, number[named], 2)
    return Coded(stage, STAGES).arrow(stage)


def _stage_of(namespace: str) -> int:
    if namespace in ANONYMOUS or namespace in PASSING:
        return 0
    return 1 if namespace in PSEUDONYMOUS else 2


def _names(resolved: Resolved) -> Coded:
    """Each record's name as it came, or else as it was normalised; what is all small letters gets its capitals."""
    whole = resolved.as_came("full_name")
    given, surname = resolved.as_came("given_name"), resolved.as_came("surname")
    given, surname = first_known(given, resolved.text("given")), first_known(surname, resolved.text("surname"))
    both = joined_texts(given, pa.repeat(" ", resolved.size), surname)
    names = coded(first_known(whole, both, surname, given))
    shown = coded(pa.chunked_array([pa.array([_shown(text) for text in names.texts.tolist()], pa.string())]))
    return Coded(np.append(shown.codes, -1)[names.codes], shown.texts)


def _shown(text: str) -> str:
    return text.title() if text.islower() else text
