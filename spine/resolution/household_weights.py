"""What speaks for and against two residencies being one household, as data: weights in thousandths of a bit.

The weights are log2 likelihood ratios in the manner of Fellegi and Sunter (1969). Where a frequency is known from the
data it is used (how many share the surname, the street, the building, the identifier), otherwise the constants below,
whose reasons stand beside them. They are shipped, not trained.
"""

from typing import NamedTuple


class Weight(NamedTuple):
    """A weight in thousandths of a bit and why it is what it is."""

    value: int
    why: str


COMPANIONS = 1.5
"""How many others a person lives with, on average (OECD: households of 2.1 to 2.7 persons)."""

SAME_DWELLING = Weight(10_000, "one full address, one unit: all but a few in a thousand such pairs share a household")
CROWDED_FROM = 4
"""From more different surnames than this on, a dwelling may be several homes without a unit number."""
CROWDED = Weight(
    -5_000,
    "for each doubling of the surnames at the dwelling: 16 surnames leave it undecided;"
    " never below the odds that two of its persons, drawn at random, live together",
)
PART_MISSING = Weight(
    -2_600,
    "the same street, house number or building as far as it is told: the odds that two of some ten persons, drawn at"
    " random, live together",
)
STREET_NEAR = Weight(6_000, "house number, unit and place agree, the street is a typing error away")
NUMBER_NEAR = Weight(
    -3_600, "as if it were missing, and the number is an edit away: so are 3 % of records by error, 6 % of neighbours"
)
PLACE_NEAR = Weight(4_000, "number and street agree, the place differs or is missing: mistyped, or another town")
NOWHERE = Weight(-8_000, "no address on a side: two persons at random")
ELSEWHERE = Weight(-12_000, "two full addresses that differ: two homes")

SURNAME_AGREES = 0.8
"""How often two of one household share a surname; the weight is log2 of this over the surname's frequency."""
SURNAME_PRIOR, SURNAME_USUAL = 1000, 0.001
"""Before the data speak, a surname is as frequent as if one in a thousand of a thousand persons had it (two Americans
at random share theirs about once in 1,500 pairs): in small data a name seen twice is not taken for a common one."""
SURNAME_MOST = Weight(10_000, "however rare the surname, it may be a typing error or a common mistake")
SURNAME_NEAR = Weight(3_000, "a typing error away, or one of two surnames")
SURNAME_DIFFERS = Weight(-1_500, "partners, flatmates and lodgers: about a third of pairs in one household")

SAME_PERSON = Weight(6_000, "one person, at addresses of which one is incomplete or mistyped")
FAMILY = Weight(12_000, "a source declares that they are family")
FAMILY_ROLES = Weight(1_000, "both are counted as family of a household's head")
TWO_HEADS = Weight(-4_000, "one source counts both as the head of a household")

SHARED: dict[str, Weight] = {
    "landline": Weight(7_000, "a telephone that stands in a home, and that two persons answer: or in a workplace"),
    "phone": Weight(5_000, "a number of which the plan does not tell whether it stands somewhere (North America)"),
    "mobile": Weight(4_000, "a telephone in a pocket: two who give it are couples, parents of a child, or mistyped it"),
    "account": Weight(6_000, "a payment account two persons use"),
    "bank": Weight(7_000, "one bank account that two persons are paid from or into: couples more often than anybody"),
    "loyalty": Weight(6_000, "a loyalty card two persons use"),
    "device": Weight(4_000, "a device two persons use"),
    "mobile_token": Weight(4_000, "an app installation two persons use"),
    "email": Weight(6_000, "an e-mail address two persons use"),
    "cookie": Weight(3_000, "a browser two persons use"),
}
"""What sharing one identifier says when two carry it; each doubling of the carriers takes a bit away."""
LINES = {"landline": "phone", "mobile": "phone"}
"""Evidence that is a part of a namespace's identifiers; all other kinds bear the name of theirs."""
SHARED_MOST = 14_000
"""All that two persons share together says no more than this: enough where neither an address nor a name speaks."""
SHARED_CROWD = 20
"""An identifier carried by more persons than this (a call centre, test@test.com) brings nobody together."""
SHARED_RECORDS = 200
"""Nor does one that more records carry, however few persons they are: an ingest could not look at them all."""

APART_FREE_DAYS = 365
APART = Weight(-1_500, "for each further year between the two periods: another tenant, not a flatmate")
APART_MOST = Weight(-8_000, "after a few years nothing more is learned from the gap")
TOGETHER_DAYS = 180
TOGETHER = Weight(
    1_000, "both were seen at the home over a common half-year: of tenants of one dwelling about half do, of one home"
    " nearly all"
)  # fmt: skip

COLLECTIVE = Weight(8_000, "a source counts both to the residents of the same institution")
