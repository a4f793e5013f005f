"""Keys are equal only where texts are, and records that should meet do."""

from itertools import combinations

import numpy as np
import pytest
from compared import encoded
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.domain.vocabulary import Kind
from spine.engines.local_engine import LocalEngine
from spine.matching.blocking import PARTS, REFINE, RULES, breadth_for, keys, rules_of, sound
from spine.matching.model import Breadth
from spine.matching.name_words import name_parts

ENGINE = LocalEngine()
NAMES = st.sampled_from(["anna", "ann", "berg", "bergh", "smith", "smyth", "o", ""]).map(lambda text: text or None)
DATES = st.sampled_from(["1980-05-21", "1980-05-12", "1980", "1980-05", None])
ROWS = st.lists(st.fixed_dictionaries({"given": NAMES, "surname": NAMES, "birth_date": DATES}), min_size=2, max_size=9)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        # The examples of the United States National Archives (Soundex Indexing System) and of Knuth, volume 3.
        ("washington", "w252"),
        ("lee", "l"),
        ("gutierrez", "g362"),
        ("pfister", "p236"),
        ("jackson", "j25"),
        ("tymczak", "t522"),
        ("ashcraft", "a261"),
        ("robert", "r163"),
        ("rupert", "r163"),
        ("rubin", "r15"),
        ("euler", "e46"),
        ("ellery", "e46"),
        ("", ""),
    ],
)
def test_soundex(name: str, code: str) -> None:
    assert sound(name) == code


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_keys_are_equal_only_where_texts_are(rows: list[dict[str, str | None]]) -> None:
    table = keys(Kind.PERSON, encoded(rows))
    for name in ("given", "surname", "birth_date", "given_start", "surname_sound", "birth_year", "birth_month_day"):
        field, part = PARTS.get(name, (name, str))
        texts = [part(text) if (text := row.get(field)) else "" for row in rows]
        column = table[name].to_pylist()
        assert [key is None for key in column] == [not text for text in texts]
        for a, b in combinations(range(len(rows)), 2):
            if texts[a] and texts[b]:
                assert (column[a] == column[b]) == (texts[a] == texts[b])


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_the_key_of_both_names_does_not_mind_their_order(rows: list[dict[str, str | None]]) -> None:
    column = keys(Kind.PERSON, encoded(rows))["names"].to_pylist()
    both = [sorted(filter(None, (row["given"], row["surname"]))) for row in rows]
    for a, b in combinations(range(len(rows)), 2):
        if len(both[a]) == len(both[b]) == 2:
            assert (column[a] == column[b]) == (both[a] == both[b])


@pytest.mark.parametrize("breadth", Breadth)
@pytest.mark.parametrize("kind", Kind)
def test_every_rule_names_columns_that_exist(kind: Kind, breadth: Breadth) -> None:
    records = encoded([{"given": "anna"}], [{"login": [5]}])
    columns = set(keys(kind, records).column_names)
    for rule in rules_of(kind, breadth, records):
        assert set(rule.columns) <= columns, rule.name
    assert set(REFINE[kind, breadth]) <= columns
    assert len({rule.name for rule in RULES[kind, breadth]}) == len(RULES[kind, breadth])


def test_what_agrees_on_broad_things_alone_is_compared_in_a_small_store_only() -> None:
    broad = {"birth_date": "1980-02-03", "city": "lund"}
    far = {"birth_date": "1980-09-30", "city": "lund"}
    telling = {**broad, "given": "ann", "surname": "berg"}
    for one, other, wide, narrow in ((broad, far, 1, 0), (broad, broad, 1, 1), (telling, telling, 1, 1)):
        records = encoded([one, other])
        for breadth, pairs in ((Breadth.WIDE, wide), (Breadth.NARROW, narrow)):
            rules, refine = rules_of(Kind.PERSON, breadth, records), REFINE[Kind.PERSON, breadth]
            assert len(ENGINE.candidates(keys(Kind.PERSON, records), rules, refine).left) == pairs
    assert [breadth_for(count) for count in (0, 50_000, 50_001)] == [Breadth.WIDE, Breadth.WIDE, Breadth.NARROW]


def test_identifiers_of_a_record_are_a_list_key() -> None:
    records = encoded([{}, {}, {}], [{"login": [5, 7]}, {}, {"login": [7]}])
    table = keys(Kind.PERSON, records)
    held = [{value for value in row if value is not None} for row in table["shared_login"].to_pylist()]
    assert held == [{5, 7}, set(), {7}]
    assert "shared_login" in {rule.name for rule in rules_of(Kind.PERSON, Breadth.WIDE, records)}


def test_words_of_organisations() -> None:
    names = ["acme tools of berlin", "tools acme", "acme", "it"]
    table = keys(Kind.ORGANISATION, encoded([{"organisation": name} for name in names]))
    first, last, rare = (np.array(table[name].to_pylist()) for name in ("word_first", "word_last", "word_rare"))
    assert first[0] == first[2] != first[1]
    assert len(set(last.tolist())) == 3
    assert last[1] == last[2]
    assert len(set(rare.tolist())) == 4
    assert table["word_second"].to_pylist()[2:] == [None, None]


NAMES_OF_MANY = st.lists(
    st.lists(st.text("abcdeé", min_size=1, max_size=6), max_size=5).map(" ".join), unique=True, max_size=12
)


@given(texts=NAMES_OF_MANY)
def test_the_words_of_many_names_are_those_of_one_after_the_other(texts: list[str]) -> None:
    found = name_parts(texts)
    for name, (field, part) in PARTS.items():
        if field == "organisation":
            pieces = [part(text) for text in texts]
            codes = found[name].tolist()
            assert [code >= 0 for code in codes] == [bool(piece) for piece in pieces]
            pairs = {(code, piece) for code, piece in zip(codes, pieces, strict=True) if piece}
            assert len(pairs) == len({code for code, _ in pairs}) == len({piece for _, piece in pairs})
