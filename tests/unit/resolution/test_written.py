"""How normalised values are shown: as their record wrote them."""

import pytest

from spine.normalise.streets import normalise_street
from spine.resolution.written import CAME_FROM, written


@pytest.mark.parametrize(
    ("street", "attributes", "shown"),
    [
        ("Hauptstraße", {"street": "Hauptstraße"}, "Hauptstraße"),
        ("Hauptstr.", {"street_address": "Hauptstr. 12a"}, "Hauptstr."),
        ("Main Street", {"address": "12 Main Street, Apt 4, Springfield"}, "Main Street"),
        ("North Main Street", {"street_address": "12 North Main Street"}, "North Main Street"),
        ("Karl-Marx-Straße", {"street": "Karl-Marx-Straße"}, "Karl-Marx-Straße"),
        ("Main Street", {"street": "elsewhere"}, "Main St"),
        ("Main Street", {}, "Main St"),
    ],
)
def test_a_street_is_shown_as_it_was_written(street: str, attributes: dict[str, str], shown: str) -> None:
    key = normalise_street(street)
    assert key is not None
    assert written("street", key, [attributes.get(name) for name in CAME_FROM["street"]]) == shown


@pytest.mark.parametrize(
    ("name", "key", "attributes", "shown"),
    [
        ("given", "jean baptiste", {"given_name": "Jean-Baptiste"}, "Jean-Baptiste"),
        ("given", "anna lena", {"full_name": "Dr. Anna-Lena Müller"}, "Anna-Lena"),
        ("surname", "obrien", {"surname": "O'Brien"}, "O'Brien"),
        ("surname", "obrien", {"full_name": "O'Brien, Mary"}, "O'Brien"),
        ("surname", "de la tour", {"full_name": "Jean-Baptiste de La Tour"}, "de La Tour"),
        ("given", "m", {"given_name": "M."}, "M."),
        ("surname", "gross", {"full_name": "Zoë Groß"}, "Groß"),
        ("surname", "berg", {"full_name": "Bergmann, Anna"}, "Berg"),
        ("city", "saint denis", {"address": "1 rue X, 93200 Saint-Denis"}, "Saint-Denis"),
    ],
)
def test_marks_of_a_name_are_kept(name: str, key: str, attributes: dict[str, str], shown: str) -> None:
    assert written(name, key, [attributes.get(one) for one in CAME_FROM[name]]) == shown
