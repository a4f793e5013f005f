"""The questions of the three audiences over HTTP, on the hand-made graph: what comes back, and what is refused."""

from collections.abc import Callable
from typing import Any

import pytest

from spine.domain.ids import encode_id

Ask = Callable[..., dict[str, Any]]
ANNA, BEN = encode_id("person", 1), encode_id("person", 4)


def data(answer: dict[str, Any]) -> dict[str, Any]:
    assert "errors" not in answer, answer["errors"]
    found: dict[str, Any] = answer["data"]
    return found


def code(answer: dict[str, Any]) -> str:
    (error,) = answer["errors"]
    found: str = error["extensions"]["code"]
    return found


IDENTITY = """query Q($value: String!, $namespace: String, $confidence: Float) {
  identity(value: $value, namespace: $namespace, confidence: $confidence) {
    says shared totalRecords truncated
    candidates { confidence verified current reason entity { __typename id name size } identifier { namespace } }
  }
}"""


@pytest.mark.parametrize(
    ("value", "namespace", "names"),
    [
        ("Anna@Example.org", None, ["Anna Bérg"]), ("anna@example.org", "email", ["Anna Bérg"]),
        ("(415) 555-0101", None, ["Ben Berg", "Anna Bérg"]), ("+1 415 555 0101", "phone", ["Ben Berg", "Anna Bérg"]),
        ("L9", "loyalty", ["Ben Berg"]), ("SO-1001", "order", ["Anna Bérg"]), ("so-1001", None, ["Anna Bérg"]),
        ("T-1", "ticket", ["Ben Berg", "Anna Bérg"]), ("5493001KJTIIGC8Y1R12", None, ["Acme Group"]),
        ("anna@example.org", "login", []), ("nobody@example.org", None, []), ("c1", "cookie", ["Anna Bérg"]),
    ],
)  # fmt: skip
def test_any_identifier_finds_its_holders(ask: Ask, value: str, namespace: str | None, names: list[str]) -> None:
    found = data(ask(IDENTITY, value=value, namespace=namespace))["identity"]
    assert [one["entity"]["name"] for one in found["candidates"]] == names
    assert found["shared"] == (len(names) > 1)
    assert found["says"]


def test_a_higher_confidence_splits_an_identity(ask: Ask) -> None:
    def phone(confidence: float) -> list[int]:
        found = data(ask(IDENTITY, value="+14155550101", confidence=confidence))["identity"]["candidates"]
        return sorted(one["entity"]["size"] for one in found)

    assert phone(0.9) == [1, 3]
    assert phone(0.999) == [1, 1, 2]


def test_a_hub_is_cut_off_and_counted(ask: Ask) -> None:
    found = data(
        ask('{ identity(value: "+14155550199", first: 5) { totalRecords truncated candidates { confidence } } }')
    )
    assert found["identity"]["totalRecords"] == 40
    assert found["identity"]["truncated"] is True
    assert len(found["identity"]["candidates"]) == 5


def test_a_person_shows_linked_identities_with_how_sure_and_why(ask: Ask) -> None:
    query = """query Q($id: ID!) { person(id: $id) { id name size cohesion stage
      identities { totalCount edges { confidence kind reason sources verified current since node { value } } } } }"""
    person = data(ask(query, id=ANNA))["person"]
    assert (person["id"], person["name"], person["size"], person["stage"]) == (ANNA, "Anna Bérg", 3, "verified")
    assert person["identities"]["totalCount"] == 4
    edges = {edge["kind"]: edge for edge in person["identities"]["edges"]}
    assert edges["email"]["confidence"] == 1.0
    assert edges["email"]["sources"] == ["crm", "shop"]
    assert edges["email"]["verified"] is True
    assert edges["cookie"]["current"] is False
    assert edges["customer"]["confidence"] > 0.999
    assert "surname same (+8.0 bits)" in edges["customer"]["reason"]
    assert "shop/7" in edges["customer"]["reason"]


def test_an_id_answers_with_whoever_holds_its_record(ask: Ask) -> None:
    query = "query Q($id: ID!, $c: Float) { person(id: $id, confidence: $c) { id size } }"
    third = encode_id("person", 3)
    assert data(ask(query, id=third))["person"] == {"id": ANNA, "size": 3}
    assert data(ask(query, id=third, c=0.999))["person"] == {"id": third, "size": 1}
    assert data(ask(query, id=encode_id("person", 5)))["person"] == {"id": ANNA, "size": 3}, "a deleted record"


def test_the_id_of_a_deleted_record_lists_where_its_companions_went(ask: Ask) -> None:
    query = "query Q($id: ID!, $c: Float) { holders(id: $id, confidence: $c) { id } }"
    assert data(ask(query, id=encode_id("person", 5)))["holders"] == [{"id": ANNA}]
    assert data(ask(query, id=encode_id("person", 5), c=0.9999999))["holders"] == [
        {"id": ANNA},
        {"id": encode_id("person", 2)},
    ]


def test_household_employer_events_and_consents_hang_on_the_person(ask: Ask) -> None:
    query = """query Q($id: ID!) { person(id: $id) {
      households { edges { confidence kind reason node { id size members { edges { reason node { name } } } } } }
      employers { edges { kind declared node { name ultimateParent { name } } } }
      events { truncated edges { kind node { kind reference value } } }
      consents { purpose status at proof } } }"""
    person = data(ask(query, id=ANNA))["person"]
    (home,) = person["households"]["edges"]
    assert (home["confidence"], home["kind"]) == (0.98, "adult")
    assert home["reason"] == "address (+10.0 bits), surname (+8.5 bits)"
    assert [one["node"]["name"] for one in home["node"]["members"]["edges"]] == ["Anna Bérg", "Ben Berg"]
    (job,) = person["employers"]["edges"]
    assert job == {
        "kind": "engineer",
        "declared": True,
        "node": {"name": "Acme Nord", "ultimateParent": {"name": "Acme Group"}},
    }
    references = [one["node"]["reference"] for one in person["events"]["edges"]]
    assert references == ["t-1", "so-1001"], "newest first; the visit after the cookie was given up is not hers"
    assert person["consents"] == [{"purpose": "marketing", "status": "given", "at": "2024-03-01", "proof": None}]


def test_misspelt_words_find_ranked_explained_candidates(ask: Ask) -> None:
    query = """query Q($text: String!, $a: [AttributeInput!]) { search(text: $text, attributes: $a) {
      score says missing matched { word field value likeness } entity { name } } }"""
    hits = data(ask(query, text="Ana Berk Springfeld"))["search"]
    assert [hit["entity"]["name"] for hit in hits] == ["Anna Bérg", "Ben Berg"]
    assert hits[0]["score"] > hits[1]["score"]
    assert hits[1]["missing"] == ["ana"]
    assert {one["field"] for one in hits[0]["matched"]} == {"given", "surname", "city"}
    by_field = data(ask(query, text="", a=[{"name": "surname", "value": "Duarte"}]))["search"]
    assert [hit["entity"]["name"] for hit in by_field] == ["Carla Duarte"]


def test_households_by_filter_with_lazy_count(ask: Ask) -> None:
    query = """query Q($f: HouseholdFilter, $c: Float) { households(filter: $f, confidence: $c) {
      totalCount truncated edges { node { id size adults region } } } }"""

    def sizes(confidence: float | None = None, **wanted: Any) -> list[int]:
        found = data(ask(query, f=wanted, c=confidence))["households"]
        assert found["totalCount"] == len(found["edges"])
        return [edge["node"]["size"] for edge in found["edges"]]

    assert sizes() == [2, 1]
    assert sizes(region="IL", minAdults=2, consents=["marketing"], namespaces=["loyalty"]) == [2]
    assert sizes(minSize=2, maxSize=2, maxAdults=2) == [2]
    assert sizes(postcodePrefix="802") == [1]
    assert sizes(sources=["shop"], namespaces=["cookie"]) == []
    assert sizes(0.9999, minSize=2) == [3], "Anna's support record is a person of its own there"
    assert sizes(0.9999, maxSize=2) == [1]


def test_pages_go_on_where_the_last_one_ended(ask: Ask) -> None:
    query = """query Q($after: String) { households(first: 1, after: $after) {
      pageInfo { hasNextPage hasPreviousPage endCursor } edges { node { id } } } }"""
    first = data(ask(query))["households"]
    second = data(ask(query, after=first["pageInfo"]["endCursor"]))["households"]
    flags = ("hasNextPage", "hasPreviousPage")
    assert [first["pageInfo"][flag] for flag in flags] == [True, False]
    assert [second["pageInfo"][flag] for flag in flags] == [False, True]
    assert first["edges"] != second["edges"]
    inner = "query Q($id: ID!, $after: String) { person(id: $id) { identities(first: 3, after: $after) { %s } } }"
    inner = inner.replace("%s", "pageInfo { hasNextPage endCursor } edges { node { value } }")
    one = data(ask(inner, id=ANNA))["person"]["identities"]
    two = data(ask(inner, id=ANNA, after=one["pageInfo"]["endCursor"]))["person"]["identities"]
    assert (len(one["edges"]), len(two["edges"]), two["pageInfo"]["hasNextPage"]) == (3, 1, False)
    crossed = ask(inner, id=ANNA, after=first["pageInfo"]["endCursor"])
    assert code(crossed) == "BAD_CURSOR"


def test_groups_roll_up_and_cycles_are_reported(ask: Ask) -> None:
    query = """query Q($id: ID!, $n: Int!) { organisation(id: $id) { name country cycle ultimateParent { name }
      parents { edges { share kind node { name } } } children { edges { node { name } } }
      employees { edges { kind node { name } } }
      tree(nodes: $n) { truncated cycle nodes { level share more organisation { name } } } } }"""
    nord = data(ask(query, id=encode_id("organisation", 12), n=10))["organisation"]
    assert (nord["name"], nord["ultimateParent"]["name"]) == ("Acme Nord", "Acme Group")
    assert nord["parents"]["edges"] == [{"share": 80.0, "kind": "controlling", "node": {"name": "Acme Group"}}]
    assert [one["node"]["name"] for one in nord["employees"]["edges"]] == ["Anna Bérg"]
    group = data(ask(query, id=encode_id("organisation", 10), n=2))["organisation"]["tree"]
    assert [(one["organisation"]["name"], one["more"]) for one in group["nodes"]] == [
        ("Acme Group", 0),
        ("Acme Nord", 1),
    ]
    assert group["truncated"] is True
    loop = data(ask(query, id=encode_id("organisation", 14), n=10))["organisation"]
    assert loop["cycle"] is True
    assert loop["tree"]["cycle"] is True
    listed = data(ask('{ organisations(filter: {namePrefix: "Loop"}) { totalCount edges { node { name } } } }'))
    assert listed["organisations"]["totalCount"] == 2


def test_every_kind_of_node_answers_to_its_id(ask: Ask) -> None:
    query = "query Q($id: ID!) { node(id: $id) { __typename id } }"
    for kind, number, name in (
        ("person", 1, "Person"), ("organisation", 10, "Organisation"), ("household", 1, "Household"),
        ("record", 2, "Record"), ("identifier", 1001, "Identifier"), ("event", 2000, "Event"),
        ("consent", 3000, "Consent"),
    ):  # fmt: skip
        wanted = encode_id(kind, number)
        assert data(ask(query, id=wanted))["node"] == {"__typename": name, "id": wanted}


def test_a_record_shows_what_it_carries_and_who_holds_it(ask: Ask) -> None:
    query = """query Q($id: ID!) { record(id: $id) { key live raw fields entity { name }
      identifiers { edges { until node { value policy records { totalCount edges { node { key } } } } } } } }"""
    record = data(ask(query, id=encode_id("record", 2)))["record"]
    assert (record["key"], record["live"], record["entity"]["name"]) == ("shop/7", True, "Anna Bérg")
    assert record["raw"]["given_name"] == "Anna"
    values = {edge["node"]["value"]: edge for edge in record["identifiers"]["edges"]}
    assert values["c1"]["until"] == "2024-06-01"
    assert values["c1"]["node"]["policy"] == "volatile"
    assert values["anna@example.org"]["node"]["records"]["totalCount"] == 3
    gone = data(ask("query Q($id: ID!) { record(id: $id) { live entity { id } } }", id=encode_id("record", 5)))
    assert gone["record"] == {"live": False, "entity": None}


def test_why_and_why_not(ask: Ask) -> None:
    query = """query Q($a: ID!, $b: ID!, $c: Float) { why(a: $a, b: $b, confidence: $c) { together probability says
      direct { bits why evidence { comparison label bits } } path { bits } weakest { bits } } }"""
    found = data(ask(query, a="crm/1", b="support/3"))["why"]
    assert found["together"] is True
    assert found["direct"]["bits"] == 7.0
    evidence = {one["comparison"]: one["bits"] for one in found["direct"]["evidence"]}
    assert (evidence["surname"], evidence["given"], evidence["sex"]) == (8.0, -5.0, None)
    assert data(ask(query, a="crm/1", b="support/3", c=0.999))["why"]["together"] is False
    apart = data(ask(query, a=ANNA, b="loyalty:L9"))["why"]
    assert (apart["together"], apart["probability"], apart["path"]) == (False, None, [])
    assert code(ask(query, a="crm/1", b="crm/none")) == "NOT_FOUND"
    assert code(ask(query, a="crm/1", b=encode_id("event", 2000))) == "BAD_ID"


def test_a_neighbourhood_says_what_it_left_out(ask: Ask) -> None:
    query = """query Q($id: ID!, $n: Int!, $k: [String!]) { neighbourhood(id: $id, hops: 2, nodes: $n, kinds: $k) {
      truncated nodes { id kind label hops } edges { start end kind } hubs { total more says } } }"""
    small = data(ask(query, id=encode_id("identifier", 1003), n=100, k=["carries"]))["neighbourhood"]
    assert small["truncated"] is False
    assert {node["kind"] for node in small["nodes"]} == {"identifier", "record"}
    hub = data(ask(query, id=encode_id("identifier", 1900), n=100, k=["carries"]))["neighbourhood"]
    assert hub["truncated"] is True
    assert hub["hubs"] == [{"total": 40, "more": 15, "says": "and 15 more"}]
    capped = data(ask(query, id=encode_id("identifier", 1003), n=3, k=None))["neighbourhood"]
    assert (len(capped["nodes"]), capped["truncated"]) == (3, True)
    shown = {node["id"] for node in capped["nodes"]}
    assert all(edge["start"] in shown and edge["end"] in shown for edge in capped["edges"])


def test_shared_identifiers_and_status(ask: Ask) -> None:
    found = data(ask("{ sharedIdentifiers(least: 2) { records entities identifier { value } } }"))["sharedIdentifiers"]
    assert [(one["identifier"]["value"], one["entities"]) for one in found] == [
        ("+14155550199", 40),
        ("+14155550101", 2),
    ]
    status = data(ask("{ status { counts { name count } models { kind } ultimateParents confidence } }"))["status"]
    assert {one["name"]: one["count"] for one in status["counts"]}["household"] == 2
    assert (status["ultimateParents"], status["confidence"]) == (1, 0.95)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('{ identity(value: "x", confidence: 0) { says } }', "BAD_ARGUMENT"),
        ('{ identity(value: "x", confidence: 1) { says } }', "BAD_ARGUMENT"),
        ('{ identity(value: " ") { says } }', "BAD_ARGUMENT"),
        ('{ identity(value: "x", namespace: "shoe") { says } }', "BAD_ARGUMENT"),
        ('{ holders(id: "hh_byp27dphvs8pm") { id } }', "BAD_ID"),
        ('{ search(text: "") { score } }', "BAD_ARGUMENT"),
        ('{ search(text: "a", kind: "dog") { score } }', "BAD_ARGUMENT"),
        ('{ search(attributes: [{name: "shoe", value: "44"}]) { score } }', "BAD_ARGUMENT"),
        ('{ person(id: "per_1") { id } }', "BAD_ID"),
        ('{ person(id: "hh_byp27dphvs8pm") { id } }', "BAD_ID"),
        ('{ node(id: "cmp_byp27dphvs8pm") { id } }', "BAD_ID"),
        ('{ node(id: "per_0000000000000") { id } }', "NOT_FOUND"),
        ('{ household(id: "hh_ftr8xpj7f52tg") { id } }', "NOT_FOUND"),
        ('{ households(after: "x!") { totalCount } }', "BAD_CURSOR"),
        ('{ households(after: "W10") { totalCount } }', "BAD_CURSOR"),
        ('{ households(after: "WyJob3VzZWhvbGRzIiwieCJd") { totalCount } }', "BAD_CURSOR"),
        ("{ households(first: -1) { totalCount } }", "BAD_ARGUMENT"),
        ("{ households(first: 501) { totalCount } }", "BAD_ARGUMENT"),
        ('{ neighbourhood(id: "per_byp27dphvs8pm", hops: 99) { truncated } }', "BAD_ARGUMENT"),
        ('{ neighbourhood(id: "per_byp27dphvs8pm", kinds: ["in_component"]) { truncated } }', "BAD_ARGUMENT"),
        ("{ sharedIdentifiers(first: 0) { records } }", "BAD_ARGUMENT"),
        ("{ nothing }", "BAD_QUERY"),
        ("{ status { position }", "BAD_QUERY"),
        ("query A { __typename } query B { __typename }", "BAD_QUERY"),
        ("query Q($v: String!) { identity(value: $v) { says } }", "BAD_QUERY"),
        ("mutation { nothing }", "BAD_QUERY"),
        ("subscription { nothing }", "BAD_QUERY"),
    ],
)
def test_what_can_not_be_answered_has_a_stable_code(ask: Ask, query: str, expected: str) -> None:
    answer = ask(query)
    assert {error["extensions"]["code"] for error in answer["errors"]} == {expected}
    assert all(error["message"] for error in answer["errors"])
    if expected not in ("BAD_QUERY",):
        assert answer["errors"][0]["extensions"]["remedy"]


def test_events_are_paged_both_ways(ask: Ask) -> None:
    document = """query (
      $first: Int, $after: String, $last: Int, $before: String, $channels: [String!], $until: String
    ) {
      identity(value: "anna@example.org") { candidates { entity { events(
        first: $first, after: $after, last: $last, before: $before, channels: $channels, until: $until
      ) { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { node { at } } } } } } }"""

    def page(**asked: Any) -> Any:
        return ask(document, **asked)["data"]["identity"]["candidates"][0]["entity"]["events"]

    def times(found: Any) -> list[str]:
        return [one["node"]["at"] for one in found["edges"]]

    whole = page(first=10)
    newest, oldest = page(first=1), page(last=1)
    assert times(whole) == times(newest) + times(oldest)
    assert (newest["pageInfo"]["hasNextPage"], newest["pageInfo"]["hasPreviousPage"]) == (True, False)
    assert (oldest["pageInfo"]["hasNextPage"], oldest["pageInfo"]["hasPreviousPage"]) == (False, True)
    assert page(first=1, after=newest["pageInfo"]["endCursor"]) == oldest
    assert page(last=1, before=oldest["pageInfo"]["startCursor"]) == newest
    assert page(channels=["nowhere"])["totalCount"] == 0
    assert page(until="2000")["totalCount"] == 0
    assert ask(document, before="x")["errors"][0]["extensions"]["code"] == "BAD_CURSOR"
