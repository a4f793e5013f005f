"""Golden records: which value is believed, that nothing is lost, and that order does not matter."""

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import row

from spine.errors import QueryError
from spine.explore.golden import Attribute, display_name, golden
from spine.ports import Row
from spine.resolution.golden_columns import golden_names, golden_texts
from spine.resolution.golden_rules import SHIPPED, read
from spine.resolution.resolved import Resolved


def one(
    number: int, source: str = "crm", at: str = "2024-01-01", came: dict[str, str] | None = None, **fields: Any
) -> Row:
    return row(
        "record", id=number, source=source, observed_at=at, fields=json.dumps(fields),
        attributes=json.dumps(came or {}), raw="{}",
    )  # fmt: skip


def values(attributes: list[Attribute]) -> dict[str, str]:
    return {attribute.name: attribute.value for attribute in attributes}


def test_a_verified_value_beats_all_others_and_says_so() -> None:
    rows = [one(1, "master", "2025-01-01", email="new@x.org"), one(2, "web", "2020-01-01", email="old@x.org")]
    (believed,) = golden(rows, {(2, "email")})
    assert (believed.value, believed.rule, believed.record, believed.source) == ("old@x.org", "verified", 2, "web")
    assert [(rival.value, rival.records) for rival in believed.rivals] == [("new@x.org", (1,))]


def test_the_more_trusted_source_wins_where_nothing_is_verified() -> None:
    rows = [one(1, "web", "2025-01-01", sex="f"), one(2, "ciam", "2020-01-01", sex="m")]
    (believed,) = golden(rows)
    assert (believed.value, believed.rule) == ("m", "source")


def test_an_address_is_never_made_up_of_two() -> None:
    rows = [
        one(1, at="2020-01-01", street="elm st", house_number="1", city="akron", postcode="44313"),
        one(2, at="2025-01-01", street="oak rd", city="tulsa"),
    ]
    assert values(golden(rows)) == {"street": "Oak Rd", "city": "Tulsa"}


def test_a_newer_postcode_alone_does_not_beat_a_whole_address() -> None:
    rows = [one(1, at="2020-01-01", street="elm st", postcode="44313"), one(2, "pos", at="2025-01-01", postcode="9")]
    believed = golden(rows)
    assert values(believed) == {"street": "Elm St", "postcode": "44313"}
    assert {attribute.rule for attribute in believed} == {"complete"}


def test_most_records_decide_a_given_name_and_the_newest_a_surname() -> None:
    rows = [
        one(1, at="2020-01-01", given="elizabeth", surname="schmidt"),
        one(2, at="2021-01-01", given="elizabeth", surname="schmidt"),
        one(3, at="2025-01-01", given="liz", surname="becker"),
    ]
    assert display_name(golden(rows)) == "Elizabeth Becker"


def test_values_are_shown_as_they_came_and_as_they_are_best_written() -> None:
    rows = [
        one(1, came={"full_name": "Hernández, José"}, given="jose", surname="hernandez"),
        one(2, "billing", at="2026-01-01", came={"full_name": "JOSE HERNANDEZ"}, given="jose", surname="hernandez"),
    ]
    assert display_name(golden(rows)) == "José Hernández"
    company = [one(1, came={"organisation_name": "Acme Nord GmbH"}, organisation="acme nord")]
    assert display_name(golden(company)) == "Acme Nord GmbH"


FIELDS = st.dictionaries(
    st.sampled_from(["given", "surname", "email", "city", "street", "sex"]),
    st.sampled_from(["a", "b", "c"]),
    max_size=6,
)

SPELLED = st.dictionaries(
    st.sampled_from(["given", "surname", "city", "street", "sex"]),
    st.sampled_from(["a", "b", "muller", "mueller"]),
    max_size=5,
)
LETTERED = {"muller": "Müller"}


def test_letters_written_out_make_no_other_value_and_the_real_ones_are_shown() -> None:
    rows = [
        one(1, at="2020-01-01", came={"surname": "Müller", "city": "München"}, surname="muller", city="munchen"),
        one(2, at="2024-01-01", came={"surname": "Mueller", "city": "Muenchen"}, surname="mueller", city="muenchen"),
        one(3, at="2022-01-01", came={"surname": "MULLER", "city": "Ulm"}, surname="muller", city="ulm"),
    ]
    city, surname = golden(rows)
    assert (city.value, city.record, [rival.value for rival in city.rivals]) == ("München", 2, ["Ulm"])
    assert (surname.value, surname.rule) == ("Müller", "recency")
    longest = read({"order": {"surname": ["longest"]}, "default": ["longest"]})
    assert values(golden(rows, (), longest))["surname"] == "Müller"


def test_of_spellings_without_an_umlaut_the_one_with_its_marks_is_shown() -> None:
    rows = [
        one(1, at="2024-01-01", came={"given_name": "Lukasz", "surname": "Michael"}, given="lukasz", surname="michael"),
        one(2, at="2020-01-01", came={"given_name": "Łukasz", "surname": "Michał"}, given="lukasz", surname="michal"),
        one(3, at="2021-01-01", came={"given_name": "Лукаш", "surname": "Michael"}, given="lukasz", surname="michael"),
    ]
    assert values(golden(rows)) == {"given": "Łukasz", "surname": "Michael"}


@given(st.lists(st.tuples(FIELDS, st.sampled_from(["crm", "web", "x"]), st.sampled_from(["2020", "2024"])), max_size=6))
def test_order_does_not_matter_and_no_value_is_lost(given_records: list[tuple[dict[str, str], str, str]]) -> None:
    rows = [one(at, source, when, **fields) for at, (fields, source, when) in enumerate(given_records)]
    believed = golden(rows)
    assert golden(rows[::-1]) == believed
    for attribute in believed:
        said = {fields[attribute.name] for fields, _, _ in given_records if attribute.name in fields}
        assert said == {text.lower() for text in (attribute.value, *(rival.value for rival in attribute.rivals))}
    alone = {name for fields, _, _ in given_records for name in fields} - {"city", "street"}
    assert alone <= {attribute.name for attribute in believed}


def test_a_store_may_trust_other_sources_for_one_attribute_and_order_the_rules() -> None:
    rows = [one(1, "crm", "2025-01-01", surname="old", sex="f"), one(2, "web", "2020-01-01", surname="new", sex="m")]
    rules = read({"trust_of": {"surname": ["WEB"]}, "order": {"surname": ["source"], "sex": ["longest"]}})
    found = {attribute.name: attribute for attribute in golden(rows, (), rules)}
    assert (found["surname"].value, found["surname"].rule, found["surname"].order) == ("New", "source", ("source",))
    assert (found["sex"].value, found["sex"].rule) == ("f", "first record")
    assert found["surname"].rivals[0].sources == ("crm",)
    assert golden(rows)[-1].value == "Old"
    assert read(rules.plain()) == rules
    assert read({}) == SHIPPED


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ([], "not a mapping"),
        ({"order": {"surnam": ["source"]}}, "'surnam' is no attribute"),
        ({"order": {"surname": ["newest"]}}, "'newest' is no rule"),
        ({"trust": "crm"}, "trust is not a list"),
        ({"rules": {}}, "'rules' is no part"),
    ],
)
def test_rules_that_are_not_known_are_refused(data: Any, says: str) -> None:
    with pytest.raises(QueryError, match=says):
        read(data)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 3), SPELLED, st.sampled_from(["crm", "web", "x"]), st.sampled_from(["2020", "2024"])),
        min_size=1,
        max_size=9,
    )
)
def test_the_values_of_all_are_those_of_one(told: list[tuple[int, dict[str, str], str, str]]) -> None:
    """Names are believed written as somebody wrote them; the region is that of the address believed."""
    came = [
        {
            name: (value.upper(), LETTERED.get(value, value.title()), value.title())[at % 3]
            for name, value in fields.items()
        }
        for at, (_, fields, _, _) in enumerate(told)
    ]
    shown = [{"given_name": one.get("given"), "surname": one.get("surname"), "city": one.get("city")} for one in came]
    names = ("given", "surname", "city", "street", "sex")
    resolved = Resolved(
        records=pa.table({
            "id": range(len(told)), "source": [source for _, _, source, _ in told],
            "observed_at": [when for _, _, _, when in told],
        }),
        fields=pa.table({name: pa.array([one[1].get(name) for one in told], pa.string()) for name in names}),
        extras=pa.table({name: pa.array([one[name] for one in shown], pa.string()) for name in shown[0]}),
        person=np.array([person for person, _, _, _ in told]),
        organisation=np.full(len(told), -1),
    )  # fmt: skip
    ids, number = np.unique(resolved.person, return_inverse=True)
    found = golden_texts(resolved, number.astype(np.int64), len(ids), names, SHIPPED)
    whole = golden_names(resolved, number.astype(np.int64), len(ids), SHIPPED).to_pylist()
    for place, person in enumerate(ids.tolist()):
        rows = [
            one(
                at,
                source,
                when,
                {k: v for k, v in shown[at].items() if v},
                **{n: fields[n] for n in names if n in fields},
            )
            for at, (who, fields, source, when) in enumerate(told)
            if who == person
        ]
        alone = golden(rows)
        kept = {name: text for name, text in values(alone).items() if name in names}
        assert kept == {n: found[n][place].as_py() for n in names if found[n][place].as_py() is not None}
        assert display_name(alone) == whole[place]


def test_nothing_is_believed_of_nobody() -> None:
    assert golden([]) == []
    assert display_name([]) is None
