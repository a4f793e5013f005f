"""What agreement on a rare value weighs more than on a common one."""

from dataclasses import replace

import numpy as np
import pytest
from compared import encoded, said_by, weights

from spine.domain.vocabulary import Kind
from spine.matching.frequencies import COMMON, LIMIT, MANY, frequencies_of
from spine.matching.training import untrained

PERSON = Kind.PERSON


def _smiths(smiths: int, others: int) -> list[dict[str, str]]:
    return [{"surname": "smith"}] * smiths + [{"surname": f"rare{n:04d}"} for n in range(others)]


def test_the_adjustment_is_the_log_of_average_chance_by_the_values_chance() -> None:
    table = frequencies_of(PERSON, encoded(_smiths(50, 50)))["surname"]
    average = (50**2 + 50) / 100**2
    assert table.adjust == {"smith": round(1000 * np.log2(average / 0.5))}
    assert table.rare == round(1000 * np.log2(average / 0.01))


def test_values_of_few_records_are_not_kept_by_name() -> None:
    records = encoded(_smiths(COMMON, 3) + [{"surname": "berg"}] * (COMMON - 1))
    assert set(frequencies_of(PERSON, records)["surname"].adjust) == {"smith"}


def test_agreement_on_a_rare_surname_weighs_more() -> None:
    records = encoded([*_smiths(40, 40), {"surname": "rare0000"}])
    model = replace(untrained(PERSON), frequencies=frequencies_of(PERSON, records))
    found = weights(model, records)
    assert found[40, 80] - found[0, 1] == pytest.approx(1000 * np.log2(40), abs=600)


def test_of_two_values_that_are_close_the_commoner_counts() -> None:
    records = encoded([{"surname": "martin"}] * 40 + [{"surname": "marten"}, {"surname": "marton"}])
    model = replace(untrained(PERSON), frequencies=frequencies_of(PERSON, records))
    found = weights(model, records)
    assert said_by(model, records, 0, 40)["surname"] == said_by(model, records, 40, 41)["surname"]
    assert found[0, 40] < found[40, 41]


def test_a_constant_column_and_none_at_all() -> None:
    assert frequencies_of(PERSON, encoded([{"surname": "smith"}] * 9))["surname"].adjust == {"smith": 0}
    assert frequencies_of(PERSON, encoded([{}] * 9)) == {}
    assert frequencies_of(PERSON, encoded([])) == {}


def test_adjustments_are_bounded() -> None:
    records = encoded([{"city": "capital"}] * 60_000 + [{"city": "hamlet"}])
    table = frequencies_of(PERSON, records)["city"]
    assert table.rare == LIMIT
    assert all(abs(value) <= LIMIT for value in table.adjust.values())


def test_identifiers_are_of_many_only_from_more_records_than_one_person_makes() -> None:
    phones = [{"phone": "+18005550100"}] * MANY + [{"phone": "+14155550100"}] * (MANY - 1)
    devices = [{"device": [1]}] * MANY + [{"device": [2]}] * (MANY - 1)
    found = frequencies_of(PERSON, encoded(phones, devices))
    assert set(found["phone"].adjust) == {"+18005550100"}
    assert set(found["shared_device"].adjust) == {"1"}


def test_a_name_at_providers_is_as_common_as_its_addresses_not_its_records() -> None:
    """Fifty records with one address are one; a name that six providers know is anybody's."""
    records = [{"email": "test@test.example"}] * 50
    records += [{"email": f"mark98@mail{n}.example"} for n in range(6)]
    table = frequencies_of(PERSON, encoded(records))["email_local"]
    assert set(table.adjust) == {"mark98"}
    assert table.rare > table.adjust["mark98"]


def test_what_relatives_share_is_not_adjusted_for_rarity() -> None:
    home = {"street": "oak street", "house_number": "12"}
    records = encoded([{"surname": "smith", **home}] * 30 + [{"surname": "rare", **home}] * 2)
    model = replace(untrained(PERSON), frequencies=frequencies_of(PERSON, records))
    found = weights(model, records)
    assert found[0, 1] == found[30, 31]
