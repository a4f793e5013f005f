"""What a proof says of others: it speaks for whoever proved it, and never against those who are one with them."""

from typing import Any

import numpy as np
import pytest
from batches import Ticking, groups, person, put
from hypothesis import given
from hypothesis import strategies as st

from spine.access.context import LOCAL
from spine.bootstrap import open_engine
from spine.domain.weights import SILENT
from spine.errors import QueryError
from spine.pipeline.resolve import resolve
from spine.pipeline.tables import DERIVED
from spine.ports import GraphStore
from spine.resolution.proofs import hushed
from spine.stewardship.confirming import Confirmed, confirm_identity

MAIL = "email:kim@mail.example"
KIM = {"given_name": "Kim", "surname": "Okafor"}


def fill(store: GraphStore) -> dict[str, int]:
    """Kim in four sources, one of them without a name, and Zoltan who uses Kim's mailbox too; resolved."""
    put(
        store,
        person("k1", "2026-01-01", MAIL, "phone:+49301234501", birth_date="1980-01-02", **KIM),
        person("k2", "2026-01-02", MAIL, given_name="Kimberly", surname="Okafor"),
        person("k3", "2026-01-03", "loyalty:L77", birth_date="1980-01-02", **KIM),
        person("k4", "2026-01-03", MAIL, "cookie:kc"),
        person("z9", "2026-01-02", MAIL, given_name="Zoltan", surname="Weber"),
    )
    resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking())
    with store.reading(LOCAL) as reader:
        return {row["record_id"]: row["id"] for row in reader.scan("record").to_pylist()}


def confirm(store: GraphStore, subject: int, identifier: str, **more: Any) -> Confirmed:
    space, _, value = identifier.partition(":")
    return confirm_identity(store, LOCAL, subject, space, value, **{"at": "2026-02-01", "clock": Ticking(), **more})


def whole(store: GraphStore) -> list[set[str]]:
    """Which records are one, proofs left out; a resolve of everything finds the same."""
    with store.reading(LOCAL) as reader:
        found = groups(reader)
        before = {name: reader.scan(name).to_pylist() for name in DERIVED}
    resolve(store, LOCAL, open_engine("local"), "never", clock=Ticking(), full=True)
    with store.reading(LOCAL) as reader:
        assert before == {name: reader.scan(name).to_pylist() for name in DERIVED}
    kept = [{one.removeprefix("crm/") for one in group if one.startswith("crm/")} for group in found]
    return sorted((one for one in kept if one), key=min)


APART = [{"k1", "k2", "k3", "k4"}, {"z9"}]


@pytest.mark.parametrize(
    "identifier", ["email:other@mail.example", "phone:+493012345678", "loyalty:L99", "cookie:zz", "login:u7"]
)
def test_what_nobody_else_carries_parts_nobody_when_it_is_proved(store: GraphStore, identifier: str) -> None:
    """A second e-mail proved was evidence against those who carry the first."""
    number = fill(store)
    assert whole(store) == APART
    found = confirm(store, number["k1"], identifier, method="code")
    assert (found.proven, found.apart, found.refused) == ((), {}, ())
    assert whole(store) == APART


def test_a_mailbox_that_two_prove_makes_them_no_one_person(store: GraphStore) -> None:
    number = fill(store)
    first = confirm(store, number["k1"], MAIL, method="code")
    assert {*first.proven} == {number["k2"], number["k4"]}
    second = confirm(store, number["z9"], MAIL, method="code", at="2026-02-02")
    assert second.proven == ()
    assert second.apart == {
        number["k1"]: "it has another given name", number["k2"]: "it has another given name",
        number["k4"]: "somebody under another given name proved it too",
    }  # fmt: skip
    assert whole(store) == APART
    again = confirm(store, number["k1"], MAIL, method="code", at="2026-02-03")
    assert {*again.proven} == {number["k2"]}, "its own proof, and those of others, are no carriers"


@pytest.mark.parametrize(("other", "one"), [("k3", True), ("z9", False)])
def test_two_prove_what_no_record_carries(store: GraphStore, other: str, one: bool) -> None:
    """The proof of somebody else stands for them: two of one name are one, two of different names only share it."""
    number = fill(store)
    confirm(store, number["k1"], "email:other@mail.example", method="code")
    found = confirm(store, number[other], "email:other@mail.example", method="code", at="2026-02-02")
    assert (bool(found.proven), found.apart) == (one, {})
    assert any({"k1", other} <= group for group in whole(store)) == one


def test_two_who_prove_one_login_are_one(store: GraphStore) -> None:
    number = fill(store)
    confirm(store, number["k1"], "login:u7")
    confirm(store, number["z9"], "login:u7", at="2026-02-02")
    assert whole(store) == [{"k1", "k2", "k3", "k4", "z9"}]


def test_what_a_later_proof_contradicts_is_told_of_the_pair_itself(store: GraphStore) -> None:
    """Kim proves two logins, and the later one holds; who proves the first then is refused nothing."""
    number = fill(store)
    confirm(store, number["k1"], "login:a")
    confirm(store, number["k1"], "login:b", at="2026-02-02T01:00:00+02:00")
    with store.reading(LOCAL) as reader:
        assert {row["at"] for row in reader.scan("judged").to_pylist()} == {"2026-02-01", "2026-02-01T23:00:00+00:00"}
    assert confirm(store, number["k3"], "login:a", at="2026-02-03").refused == ()


def test_nothing_was_proved_in_the_future(store: GraphStore) -> None:
    number = fill(store)
    with pytest.raises(QueryError, match="lies in the future"):
        confirm(store, number["k1"], MAIL, at="2099-01-01")


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 2)), min_size=1, max_size=8), st.data())
def test_a_proof_is_mute_where_one_of_its_own_carries_the_same(
    rows: list[tuple[bool, int]], data: st.DataObject
) -> None:
    """Against plain sets: each row is a proof or not and carries one identifier; judgements are drawn."""
    size = len(rows)
    ends = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1))
    said = data.draw(st.lists(ends, max_size=size))
    quiet = np.array([proof for proof, _ in rows])
    same = (np.array([one for one, _ in said], np.int64), np.array([other for _, other in said], np.int64))
    found = hushed(quiet, same, np.arange(size), np.array([value for _, value in rows]))
    tied = [{at} for at in range(size)]
    for _ in range(size):
        for one, other in said:
            tied[one] = tied[other] = tied[one] | tied[other]
    for at, (proof, value) in enumerate(rows):
        beside = any(not rows[other][0] and rows[other][1] == value for other in tied[at])
        assert found.mute[at] == (proof and beside)
    left, right = (side.ravel() for side in np.meshgrid(np.arange(size), np.arange(size)))
    weight = np.where((left + right) % 2, 3000, -3000)
    told = found.weights(left, right, weight).tolist()
    for a, b, before, after in zip(left.tolist(), right.tolist(), weight.tolist(), told, strict=True):
        spoken = not (quiet[a] and quiet[b]) and not found.mute[a] and not found.mute[b]
        assert after == (before if spoken and (before > 0 or not (quiet[a] or quiet[b])) else SILENT)
