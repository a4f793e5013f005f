"""Roll-ups along corporate trees, against sets added up one at a time; what members share counts once."""

from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.resolution.control import ultimate
from spine.resolution.rollups import Facts, forest, roll_up

SIZE = 6
ORGANISATION, THING = st.integers(0, SIZE - 1), st.integers(0, 4)
STATUS = ("open", "closed", None, "Solved")
PAIRS = st.lists(st.tuples(ORGANISATION, THING), max_size=12)


def facts(carried: list[tuple[int, int]], events: list[tuple[int, int]], jobs: list[tuple[int, int]]) -> Facts:
    def whole(values: Any) -> Any:
        return pa.array(list(values), pa.int64())

    kinds = ("order", "invoice", "ticket", "ticket", "order")
    columns: dict[str, Any] = {
        "organisation": whole(one for one, _ in events),
        "event": whole(event for _, event in events),
        "kind": pa.array([kinds[event] for _, event in events], pa.string()),
        "value": pa.array([None if event == 4 else event + 0.5 for _, event in events], pa.float64()),
        "currency": pa.array(["EUR" for _ in events], pa.string()),
        "status": pa.array([STATUS[event % 4] for _, event in events], pa.string()),
    }
    names = pa.array(["customer" if thing < 3 else "domain" for _, thing in carried], pa.string())
    held: dict[str, Any] = {
        "organisation": whole(one for one, _ in carried),
        "identifier": whole(thing for _, thing in carried),
        "namespace": names,
    }
    employed: dict[str, Any] = {
        "organisation": whole(one for one, _ in jobs), "person": whole(person for _, person in jobs),
    }  # fmt: skip
    return Facts(pa.table(held), pa.table(columns), pa.table(employed))


@settings(deadline=None)
@given(st.lists(st.integers(0, SIZE - 1), min_size=SIZE, max_size=SIZE), PAIRS, PAIRS, PAIRS)
def test_a_group_is_the_union_of_all_below_it(
    parents: list[int], carried: list[tuple[int, int]], events: list[tuple[int, int]], jobs: list[tuple[int, int]]
) -> None:
    ids = np.arange(SIZE) * 10
    target = np.array(parents)
    top, _ = ultimate(target)
    controller = np.where(target == np.arange(SIZE), -1, ids[target])
    above, below = forest(ids, controller, ids[top])
    known = facts(*([(one * 10, thing) for one, thing in pairs] for pairs in (carried, events, jobs)))
    found = roll_up(ids, above, below, known)
    under: dict[int, set[int]] = {at: set() for at in range(SIZE)}
    for at in range(SIZE):
        walked, here = set(), at
        while here not in walked:
            walked.add(here)
            under[here].add(at)
            here = here if here == top[here] else int(target[here])
    for at in range(SIZE):
        assert found.organisations[at] == len(under[at])
        assert found.customers[at] == len({thing for one, thing in carried if one in under[at] and thing < 3})
        assert found.employees[at] == len({person for one, person in jobs if one in under[at]})
        assert found.open_tickets[at] == len({event for one, event in events if one in under[at] and event == 2})
        ordered = {event for one, event in events if one in under[at] and event == 0}
        amounts = [row["amount"] for row in found.ordered.to_pylist() if row["id"] == at * 10]
        assert amounts == ([0.5] if ordered else [])


def test_of_nothing_there_are_no_sums() -> None:
    nobody = np.empty(0, np.int64)
    found = roll_up(nobody, *forest(nobody, nobody, nobody), facts([], [], []))
    assert (len(found.id), found.ordered.num_rows) == (0, 0)


def test_what_was_cancelled_or_paid_back_adds_nothing_and_what_is_in_progress_is_open() -> None:
    said = ["paid", "Cancelled", "REFUNDED", None, "partially_refunded"]
    asked = ["Open", "in progress", "Solved", None, "DONE"]
    events: dict[str, Any] = {
        "organisation": pa.array([0] * 15, pa.int64()),
        "event": pa.array(range(15), pa.int64()),
        "kind": ["order"] * 5 + ["invoice"] * 5 + ["ticket"] * 5,
        "value": pa.array([1.0, 10.0, 100.0, 1000.0, 10_000.0] * 2 + [None] * 5, pa.float64()),
        "currency": ["EUR"] * 15,
        "status": pa.array([*said, *said, *asked], pa.string()),
    }
    known = Facts(facts([], [], []).carried, pa.table(events), facts([], [], []).employed)
    here = np.array([0])
    found = roll_up(here, here, here, known)
    assert found.ordered["amount"].to_pylist() == found.invoiced["amount"].to_pylist() == [11_001.0]
    assert found.open_tickets.tolist() == [3]
