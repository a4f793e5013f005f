"""Organisations: core names and legal forms."""

import pyarrow as pa
import pytest
from cleanco import basename
from hypothesis import given
from hypothesis import strategies as st

from spine.normalise.folded_columns import fold_column
from spine.normalise.folding import fold
from spine.normalise.organisations import normalise_legal_form, split_organisation, split_organisations

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
WORDS = st.lists(
    st.sampled_from(
        ["The", "Foo", "&", "Co.", "Ltd", "S.p.A.", "Spa", "a", "b", "GmbH", "OOO", "and", "Sp. z o.o.", "uk"]
    )
).map(" ".join)


@pytest.mark.parametrize(
    ("text", "core", "form"),
    [
        ("The Foo & Bar Co., Ltd.", "foo and bar", "co ltd"),
        ("Müller GmbH & Co. KG", "muller", "gmbh co kg"),
        ("Apple Inc.", "apple", "inc"),
        ("Apple Incorporated", "apple", "inc"),
        ("Société Générale S.A.", "societe generale", "sa"),
        ("J.P. Morgan Chase & Co.", "jp morgan chase", "co"),
        ("JP Morgan Chase and Company", "jp morgan chase", "co"),
        ("Alpha Fund I L.P.", "alpha fund i", "lp"),
        ("Alpha Notes Series B, L.L.C.", "alpha notes series b", "llc"),
        ("Alpha L.L.P.", "alpha", "llp"),
        ("B.S.A.", "bsa", None),
        ("Firma Sp. z o.o.", "firma", "sp zoo"),
        ("Novo Nordisk A/S", "novo nordisk", "as"),
        ("Eni S.p.A.", "eni", "spa"),
        ("SugarCoat Nail Spa", "sugarcoat nail spa", None),
        ("OOO Gazprom", "gazprom", "ooo"),
        ("Ashley OD", "ashley od", None),
        ("Amazon UK", "amazon uk", None),
        ("Grupo Bimbo, S.A.B. de C.V.", "grupo bimbo", "sab de cv"),
        ("Limited", "limited", None),
        ("n/a", None, None),
    ],
)
def test_core_and_form(text: str, core: str | None, form: str | None) -> None:
    assert split_organisation(text) == (core, form)


def test_legal_forms_of_their_own_column() -> None:
    assert normalise_legal_form("Limited") == "ltd"
    assert normalise_legal_form("Gesellschaft mit beschränkter Haftung") == "gmbh"
    assert normalise_legal_form("Worker Cooperative") == "worker cooperative"


@pytest.mark.parametrize(
    "name", ["Acme Ltd", "Acme LLC", "Acme Corp.", "Acme Pty Ltd", "Acme B.V.", "Acme Oy", "Acme plc"]
)
def test_agrees_with_cleanco_where_cleanco_is_sure(name: str) -> None:
    assert split_organisation(name)[0] == basename(name).lower()


@given(TEXT | WORDS)
def test_a_normalised_name_is_settled(text: str) -> None:
    core, form = split_organisation(text)
    assert core is None or split_organisation(core) == (core, None)
    assert form is None or normalise_legal_form(form) == form


@given(
    st.lists(
        st.none() | TEXT | WORDS | st.sampled_from(["n & a", "A+B", "|td", "a b c Ltd", "o\u2019Neill", "\u00c6 b"])
    )
)
def test_a_column_of_names_is_split_as_each_of_them(names: list[str | None]) -> None:
    cores, forms = split_organisations(pa.array(names, pa.string()))
    alone = [(None, None) if name is None else split_organisation(name) for name in names]
    assert list(zip(cores.to_pylist(), forms.to_pylist(), strict=True)) == alone


@given(st.lists(st.none() | TEXT | st.text("ab'`|: .\t\x00\u212a", max_size=12)))
def test_a_column_is_folded_as_each_of_its_texts(texts: list[str | None]) -> None:
    assert fold_column(pa.array(texts, pa.string())).to_pylist() == [None if t is None else fold(t) for t in texts]
