"""The questions straight at a reader: what the API does not show of them."""

import json
from collections.abc import Iterator
from itertools import combinations, pairwise

import hand_made
import networkx as nx
import pytest
from batches import person, put
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import row, rows

from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.domain.ids import encode_id
from spine.errors import ModelError, NotFound, QueryError
from spine.explore import control, events, explain, graph, households, organisations, overview, persons
from spine.explore.consents import consents
from spine.explore.identities import identity
from spine.explore.membership import Entity, distinct, holders, resolve
from spine.explore.reasons import Reason
from spine.explore.search import search
from spine.pipeline.ingest import delete_record
from spine.ports import Cause, GraphStore, Reader
from spine.settings import Settings

DEFAULT = hand_made.CONFIDENCE


@pytest.fixture(scope="module")
def filled() -> Iterator[GraphStore]:
    with open_store("memory:", Settings()) as store:
        hand_made.fill(store)
        yield store


@pytest.fixture
def reader(filled: GraphStore) -> Iterator[Reader]:
    with filled.reading(LOCAL) as opened:
        yield opened


def test_entities_at_a_confidence_are_disjoint_and_named_by_their_earliest_record(reader: Reader) -> None:
    for confidence in (0.5, 0.9, 0.95, 0.97, 0.9999, 0.9999999):
        held = resolve(reader, LOCAL, [1, 2, 3, 4, 5, 11, 12], confidence)
        assert 5 not in held, "a deleted record is nobody"
        for entity in distinct(held.values()):
            assert entity.id == min(entity.members)
            assert all(held[record] == entity for record in entity.members if record in held)
            assert entity.cohesion >= confidence
            assert entity.next_join is None or entity.next_join < confidence


def test_the_next_join_of_a_part_is_the_weakest_of_the_whole(reader: Reader) -> None:
    whole = resolve(reader, LOCAL, [1], 0.9)[1]
    part = resolve(reader, LOCAL, [1], 0.99)[1]
    assert (whole.members, part.members) == ((1, 2, 3), (1, 2))
    assert part.next_join == whole.cohesion
    assert whole.sureness(1, 3) == whole.cohesion


def test_without_a_model_nothing_is_resolved_but_single_records_are_found() -> None:
    with open_store("memory:", Settings()) as store:
        hand_made.fill(store)
        with store.writing(LOCAL, Cause("model")) as writer:
            writer.delete("document", hand_made.keys("model:person"))
        with store.reading(LOCAL) as reader:
            assert identity(reader, LOCAL, "loyalty", "L9", 0.9).candidates[0].entity.id == 4
            with pytest.raises(ModelError, match="spine resolve"):
                identity(reader, LOCAL, None, "anna@example.org", 0.9)


def test_ids_of_other_kinds_and_of_nothing_are_not_found(reader: Reader) -> None:
    for kind, number in (("person", 10), ("organisation", 1), ("person", 987)):
        with pytest.raises(NotFound, match=encode_id(kind, number)):
            holders(reader, LOCAL, kind, number, 0.9)
    assert [entity.id for entity in holders(reader, LOCAL, "person", 5, 0.9)] == [1]


@pytest.mark.parametrize("confidence", [0.0, 1.0, -1.0, 2.0, float("nan")])
def test_a_confidence_out_of_bounds_is_refused(reader: Reader, confidence: float) -> None:
    with pytest.raises(QueryError, match="confidence"):
        resolve(reader, LOCAL, [1], confidence)


def test_an_anchor_changes_how_sure_and_why(reader: Reader) -> None:
    entity = resolve(reader, LOCAL, [1], 0.9)[1]
    from_core = persons.portraits(reader, LOCAL, [entity])[1]
    from_third = persons.portraits(reader, LOCAL, [entity], {1: 3})[1]
    assert from_core.anchor == 1
    sure = {link.identifier["namespace"]: link.confidence for link in from_third.links}
    assert sure["phone"] == 1.0
    assert sure["email"] == entity.cohesion
    assert from_third.records[0].record["id"] == 3
    assert "over 2 steps" in next(held.reason for held in from_third.records if held.record["id"] == 2)


def test_a_path_is_as_strong_as_can_be(reader: Reader) -> None:
    bonds = explain.Bonds([explain.Bond(1, 2, 9.0, 0.9), explain.Bond(2, 3, 8.0, 0.9), explain.Bond(1, 3, 2.0, 0.5)])
    assert [(bond.left, bond.right) for bond in bonds.path(1, 3)] == [(1, 2), (2, 3)]
    direct = bonds.between(3, 1)
    assert direct is not None
    assert direct.bits == 2.0
    assert bonds.path(1, 4) == []
    judged = explain.Bonds([*bonds.all, explain.Bond(1, 3, None, 1.0, judged_by="steward ann", why="same card")])
    assert [bond.judged_by for bond in judged.path(1, 3)] == ["steward ann"]
    assert explain.sentence(judged.path(1, 3)[0]) == "asserted by steward ann: same card"


@settings(deadline=None)
@given(st.dictionaries(st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda ends: ends[0] < ends[1]),
    st.integers(-9, 9), max_size=15))  # fmt: skip
def test_no_path_is_stronger_than_the_one_told(weights: dict[tuple[int, int], int]) -> None:
    bonds = explain.Bonds(explain.Bond(*ends, float(bits), 0.9) for ends, bits in weights.items())
    whole: nx.Graph[int] = nx.Graph()
    whole.add_weighted_edges_from((*ends, bits) for ends, bits in weights.items())
    for start, end in combinations(range(7), 2):
        path = bonds.path(start, end)
        if start not in whole or end not in whole or not nx.has_path(whole, start, end):
            assert path == []
            continue
        at = start
        for bond in path:
            assert at in (bond.left, bond.right)
            at = bond.right if at == bond.left else bond.left
        assert at == end
        ways = (
            [whole.edges[step]["weight"] for step in pairwise(way)] for way in nx.all_simple_paths(whole, start, end)
        )
        assert min(bond.bits or 0 for bond in path) == max(min(way) for way in ways)


def test_what_happened_outside_the_time_of_an_identifier_is_left_out(reader: Reader) -> None:
    anna = resolve(reader, LOCAL, [1], 0.9)[1]
    timeline = events.timelines(reader, LOCAL, [anna])[1]
    assert [one.row["id"] for one in timeline.happenings] == [2001, 2000]
    said = consents(reader, LOCAL, [anna], 0.9)[1]
    assert [one.row["id"] for one in said] == [3002]


def test_walks_up_a_ring_end(reader: Reader) -> None:
    assert control.ultimate(reader, LOCAL, 14) == (14, True)
    assert control.ultimate(reader, LOCAL, 13) == (10, False)
    tree = organisations.corporate_tree(reader, LOCAL, [10], levels=1, nodes=100)
    assert [(node.organisation, node.level, node.hidden) for node in tree.nodes] == [(10, 0, 0), (11, 1, 1)]
    assert tree.truncated


def test_a_neighbourhood_is_the_same_from_zero_hops_up(reader: Reader) -> None:
    shown = [len(graph.neighbourhood(reader, LOCAL, ("record", 1), hops, 500).nodes) for hops in range(4)]
    assert shown[0] == 1
    assert shown == sorted(shown)
    with pytest.raises(NotFound):
        graph.neighbourhood(reader, LOCAL, ("record", 999), 1, 10)
    with pytest.raises(QueryError, match="kind of edge"):
        graph.neighbourhood(reader, LOCAL, ("record", 1), 1, 10, ["likes"])


def test_search_ranks_all_words_above_some_and_keeps_kinds_apart(reader: Reader) -> None:
    def names(text: str, kind: str | None = None) -> list[int]:
        return [hit.entity.id for hit in search(reader, LOCAL, text, {}, kind, 0.9, 5)]

    assert names("anna berg springfield")[0] == 1
    assert names("bergg") == names("berg")
    assert names("acme", "person") == []
    assert set(names("acme")) == {10, 11, 13}
    assert names("zzzz") == []


def test_a_single_letter_leads_to_nobody_where_longer_words_are_asked_for(reader: Reader) -> None:
    """Record 3 has the given name A: an unknown e-mail address with an a of its own has nothing to do with it."""
    assert not search(reader, LOCAL, "nobody@a.zz", {}, None, DEFAULT, 10)
    assert {hit.record for hit in search(reader, LOCAL, "a berg", {}, None, DEFAULT, 10)}
    assert search(reader, LOCAL, "a", {}, None, DEFAULT, 10)


def test_of_those_who_have_some_of_the_words_come_first_whose_name_has_them() -> None:
    said = [
        {"given": "jayden", "surname": "bennett", "email": "jb88@king.com"},
        {"given": "mason", "surname": "smith", "city": "king"},
        {"given": "lola", "surname": "king"},
        {"given": "olivia", "surname": "davies", "email": "olivia@king.com"},
    ]
    with open_store("memory:", Settings()) as store:
        made = [
            row("record", id=at, key=f"crm/{at}", kind="person", live=True, fields=json.dumps(one))
            for at, one in enumerate(said, 1)
        ]
        with store.writing(LOCAL, Cause("record")) as writer:
            writer.put("record", rows("record", *made))
        with store.reading(LOCAL) as reader:
            found = [hit.entity.id for hit in search(reader, LOCAL, "olivia king", {}, None, 0.9, 5)]
    assert found == [4, 3, 1, 2]


def test_digits_of_a_telephone_number_are_no_misspelt_words() -> None:
    born = {"birth_date": "1998-12-01", "phone": "+46701234567", "given": "anna"}
    with open_store("memory:", Settings()) as store:
        with store.writing(LOCAL, Cause("record")) as writer:
            writer.put(
                "record",
                rows("record", row("record", id=1, key="crm/1", kind="person", live=True, fields=json.dumps(born))),
            )
        with store.reading(LOCAL) as reader:

            def says(text: str) -> list[str]:
                return [hit.says for hit in search(reader, LOCAL, text, {}, None, 0.9, 5)]

            assert says("anna +1 412 555 0199") == ["given anna; not found: 14125550199"]
            assert says("+46 70-123 45 67") == ["phone +46701234567"]
            assert says("anna 1998-12-01")[0].count("birth_date 1998-12-01") == 3


def test_the_overview_counts_top_companies(reader: Reader) -> None:
    found = overview.status(reader, LOCAL)
    assert (found.ultimate_parents, found.position, found.counts["person"]) == (1, 1, 43)
    assert [one.entities for one in overview.shared_identifiers(reader, LOCAL, "phone", 3, 10)] == [40]


def test_who_was_at_home_when() -> None:
    person = Entity("person", 1, (1,), 0.95)

    def stay(household: int, since: str | None, until: str | None) -> households.Membership:
        return households.Membership(household, person, 1.0, None, since, until, (), "")

    old, new, second = stay(1, "2019-03-01", "2021-05-01"), stay(2, "2022-01-01", "2024-01-01"), stay(3, "2020", "2024")
    moved = [old, new]
    at = {
        day: [one.household for one in moved if households.at_home(one, moved, day)]
        for day in ("2018", "2019-02-28", "2020", "2021-12-31", "2022-06-01", "2030-01-01")
    }
    assert at == {
        "2018": [], "2019-02-28": [], "2020": [1], "2021-12-31": [1], "2022-06-01": [2], "2030-01-01": [2],
    }  # fmt: skip
    assert [households.at_home(one, moved, None) for one in moved] == [False, True]
    both = [old, second]
    assert [households.at_home(one, both, "2021-06") for one in both] == [True, True]
    assert households.at_home(stay(1, None, None), both, "1999")


def test_what_would_take_a_member_out() -> None:
    def member(*reasons: Reason) -> households.Membership:
        return households.Membership(1, Entity("person", 1, (1,), 0.95), 1.0, None, None, None, reasons, "")

    said = (
        Reason("address", 10.0, shared_with=2, takes_out=True), Reason("surname", 8.5, shared_with=2),
        Reason("family", 12.0, shared_with=3, takes_out=True),
    )  # fmt: skip
    assert member(*said).takes_out == ("family", "address")
    assert member(Reason("address", 10.0, shared_with=2)).takes_out == (), "a store of an older version does not say"
    assert member().takes_out == ()


def test_a_household_as_of_a_day_has_those_at_home_then(reader: Reader) -> None:
    found = households.household(reader, LOCAL, 1, DEFAULT, DEFAULT, "2019-01-01")
    assert (found.size, found.adults) == (1, 1)
    assert households.household(reader, LOCAL, 1, DEFAULT, DEFAULT, "2021-01-01").size == 2


@pytest.mark.parametrize("value", ["K-7", "crm/K-7"])
def test_a_record_is_found_by_the_number_its_source_gives_it(value: str) -> None:
    """Per-source numbers of two sources are two answers; the number of a deleted record says so."""
    with open_store("memory:", Settings()) as store:
        put(store, person("K-7", given_name="Ann"), person("K-7", source="shop", given_name="Ben"), person("K-8"))
        with store.reading(LOCAL) as reader:
            found = identity(reader, LOCAL, None, value, DEFAULT)
            with pytest.raises(QueryError):
                identity(reader, LOCAL, "record", value, DEFAULT)
            assert not identity(reader, LOCAL, "email", value, DEFAULT).candidates
        expected = ["crm/K-7"] if "/" in value else ["crm/K-7", "shop/K-7"]
        assert [one.reason for one in found.candidates] == [f"holds the record {key}" for key in expected]
        assert (found.identifiers, found.total, found.shared) == ((), len(expected), False)
        assert all(one.identifier is None and one.confidence == 1.0 for one in found.candidates)
        assert found.says == (
            "The record crm/K-7 belongs to one person." if "/" in value
            else "Records of 2 are called K-7 by their sources: all are listed."
        )  # fmt: skip
        delete_record(store, LOCAL, "crm", "K-8")
        with store.reading(LOCAL) as reader:
            gone = identity(reader, LOCAL, None, "K-8", DEFAULT)
        assert (gone.candidates, gone.says) == ((), "The record crm/K-8 is known, but was deleted.")


def test_a_number_that_is_also_an_identifier_leads_to_who_carries_it_first() -> None:
    with open_store("memory:", Settings()) as store:
        put(store, person("K-7", None, "customer:K-9", given_name="Ann"), person("K-9", given_name="Ben"))
        with store.reading(LOCAL) as reader:
            found = identity(reader, LOCAL, None, "K-9", DEFAULT)
    assert [one.reason for one in found.candidates] == ["carries this customer", "holds the record crm/K-9"]
    assert found.says == "The identifier K-9 belongs to one person. The record crm/K-9 belongs to one person."
    assert found.total == 1, "records that carry the identifier"
