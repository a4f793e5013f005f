"""The comparisons of each kind, with the weights a model starts from.

Per level the prior m and u, by the names of `spine.matching.outcomes`, which sets their order. They are blended with
what the data at hand says: few records keep them, many outvote them. They were set by hand and stand beside what
labelled records show in docs/declared-weights.md, which `bench.priors` counts again.
"""

from collections.abc import Mapping

from spine.domain.vocabulary import Kind, namespace
from spine.matching.model import Comparison, Level
from spine.matching.outcomes import (
    AGREE,
    DIFFER,
    FAR,
    GIVEN_NAME,
    KIN,
    MISSING,
    NAMES_AGREE,
    NAMES_DIFFER,
    NAMESAKES,
    NEAR,
    NUMBER,
    OUTCOMES,
    PARTIAL,
    PLACE,
    SHARED,
    STREET,
)

ORIGIN = "declared by hand, held against febrl3, febrl4, splink_fake_1000, pseudopeople 1.3.1 and the demo world"
"""Where the weights come from that a model starts with."""
ALL = ""
"""The group of a comparison that has only one."""

Priors = Mapping[str, Mapping[str, tuple[float, float]]]
"""By group and label: m, the share of the level among pairs of one entity, and u, among pairs of different ones."""


def _comparison(name: str, priors: Priors) -> Comparison:
    """A comparison with these priors; ValueError where they name other levels than the comparing function yields."""
    named = {(group, label) for group, levels in priors.items() for label in levels}
    outcomes = OUTCOMES[name]
    if named != {(one.group, one.label) for one in outcomes.all}:
        raise ValueError(f"the priors of {name} and its levels do not name the same")
    levels = (
        Level(
            one.label, one.group, *priors[one.group][one.label], one.frequency, outcomes.of_many(number),
            *((one.fades, half_life) if (half_life := namespace(one.fades).fades_in) else ()),
        )
        for number, one in enumerate(outcomes.all)
    )  # fmt: skip
    return Comparison(name, name, tuple(levels))


def _shared(name: str, differs: float, chance: float) -> Comparison:
    """Identifiers of a namespace: the share of pairs of one entity that carry others, and of chance agreement."""
    return _comparison(
        SHARED + name,
        {
            ALL: {
                f"another {name}": (differs, 1 - chance),
                f"same {name}": (0.98 * (1 - differs), chance),
                f"same {name}, of many": (0.02 * (1 - differs), 2 * chance),
            }
        },
    )


_ADDRESS = _comparison(
    "address",
    {
        STREET: {
            "street differs": (0.22, 0.985),
            "street alike": (0.02, 0.004),
            "same street": (0.02, 0.004),
            "same street, number missing": (0.02, 0.0002),
            "address loosely alike": (0.04, 0.0001),
            "address alike": (0.1, 0.0002),
            "same building": (0.08, 0.0002),
            "same dwelling": (0.52, 0.0003),
        },
        PLACE: {
            "place differs": (0.2, 0.9),
            "same region": (0.05, 0.06),
            "city alike": (0.1, 0.01),
            "same city": (0.55, 0.025),
            "same postcode": (0.1, 0.005),
        },
        NUMBER: {
            "another number": (0.1, 0.995),
            "same number": (0.9, 0.005),
        },
    },
)

_AREA = _comparison("area", {ALL: {"another postcode": (0.45, 0.97), "same postcode": (0.55, 0.03)}})

_PHONE = _comparison(
    "phone",
    {
        FAR: {
            "differs": (0.3, 0.9997),
            "slip": (0.05, 0.0001),
            "same": (0.64, 0.0001),
            "same, of many": (0.01, 0.0001),
        },
        NEAR: {
            "differs": (0.3, 0.6),
            "same": (0.7, 0.4),
        },
    },
)

PERSON = (
    _comparison(
        "given",
        {
            ALL: {
                "differs": (0.03, 0.955),
                "same initial": (0.02, 0.006),
                "resembles": (0.04, 0.02),
                "close": (0.1, 0.004),
                "a part in common": (0.02, 0.002),
                "nickname": (0.03, 0.002),
                "same": (0.77, 0.009),
            },
        },
    ),
    _comparison(
        "middle",
        {
            ALL: {
                "differs": (0.02, 0.93),
                "same initial": (0.84, 0.06),
                "same": (0.14, 0.01),
            },
        },
    ),
    _comparison(
        "order",
        {
            ALL: {
                "as usual": (0.985, 0.9995),
                "exchanged": (0.015, 0.0005),
            },
        },
    ),
    _comparison(
        "surname",
        {
            FAR: {
                "differs": (0.05, 0.975),
                "resembles": (0.03, 0.014),
                "a part in common": (0.02, 0.001),
                "close": (0.1, 0.002),
                "same": (0.8, 0.008),
            },
            NEAR: {
                "differs": (0.04, 0.4),
                "resembles": (0.02, 0.02),
                "a part in common": (0.02, 0.02),
                "close": (0.09, 0.06),
                "same": (0.83, 0.5),
            },
        },
    ),
    _comparison(
        "birth_date",
        {
            FAR: {
                "differs": (0.02, 0.955),
                "near year": (0.02, 0.033),
                "two parts agree": (0.01, 0.009),
                "slip": (0.09, 0.0025),
                "same": (0.86, 0.00005),
            },
            NEAR: {
                "differs": (0.02, 0.94),
                "near year": (0.02, 0.04),
                "two parts agree": (0.01, 0.01),
                "slip": (0.09, 0.004),
                "same": (0.86, 0.006),
            },
            PARTIAL: {
                "partial disagrees": (0.1, 0.97),
                "partial agrees": (0.9, 0.03),
            },
        },
    ),
    _comparison(
        "age",
        {
            MISSING: {
                "differs": (0.1, 0.94),
                "within two years": (0.2, 0.045),
                "same": (0.7, 0.015),
            },
            AGREE: {
                "differs": (0.08, 0.5),
                "within two years": (0.17, 0.1),
                "same": (0.75, 0.4),
            },
            DIFFER: {
                "differs": (0.3, 0.97),
                "within two years": (0.25, 0.02),
                "same": (0.45, 0.01),
            },
        },
    ),
    _comparison(
        "sex",
        {
            NAMES_DIFFER: {
                "differs": (0.03, 0.5),
                "same": (0.97, 0.5),
            },
            NAMES_AGREE: {
                "differs": (0.02, 0.1),
                "same": (0.98, 0.9),
            },
        },
    ),
    _comparison(
        "email",
        {
            ALL: {
                "differs": (0.25, 0.9985),
                "close": (0.12, 0.001),
                "same name at another provider": (0.08, 0.0003),
                "same": (0.54, 0.00001),
                "same, of many": (0.01, 0.00002),
            },
            GIVEN_NAME: {
                "differs": (0.25, 0.99),
                "close": (0.12, 0.005),
                "same name at another provider": (0.08, 0.003),
                "same": (0.54, 0.00003),
                "same, of many": (0.01, 0.00005),
            },
            KIN: {
                "differs": (0.25, 0.98),
                "close": (0.12, 0.005),
                "same name at another provider": (0.08, 0.002),
                "same": (0.54, 0.01),
                "same, of many": (0.01, 0.003),
            },
            NEAR: {
                "differs": (0.25, 0.96),
                "close": (0.12, 0.02),
                "same name at another provider": (0.08, 0.001),
                "same": (0.54, 0.015),
                "same, of many": (0.01, 0.003),
            },
            NAMESAKES: {
                "differs": (0.25, 0.97),
                "close": (0.12, 0.01),
                "same name at another provider": (0.08, 0.015),
                "same": (0.54, 0.001),
                "same, of many": (0.01, 0.003),
            },
        },
    ),
    _PHONE,
    _comparison(
        "national_id",
        {
            ALL: {
                "differs": (0.05, 0.9999),
                "two slips": (0.03, 0.00003),
                "slip": (0.09, 0.00001),
                "same": (0.829, 0.000003),
                "same, of many": (0.001, 0.000003),
            },
            NAMESAKES: {
                "differs": (0.05, 0.9998),
                "two slips": (0.03, 0.00005),
                "slip": (0.09, 0.00005),
                "same": (0.829, 0.00008),
                "same, of many": (0.001, 0.00001),
            },
            NEAR: {
                "differs": (0.05, 0.99),
                "two slips": (0.03, 0.001),
                "slip": (0.09, 0.001),
                "same": (0.829, 0.008),
                "same, of many": (0.001, 0.0001),
            },
        },
    ),
    _comparison(
        "suffix",
        {
            ALL: {
                "differs": (0.05, 0.6),
                "same": (0.95, 0.4),
            },
        },
    ),
    _ADDRESS,
    _AREA,
    _shared("login", 0.2, 0.00001),
    _shared("customer", 0.2, 0.00001),
    _shared("loyalty", 0.2, 0.00005),
    _shared("employee", 0.2, 0.00001),
    _shared("master", 0.1, 0.000001),
    _shared("account", 0.35, 0.0002),
    _shared("device", 0.5, 0.0005),
    _shared("mobile_token", 0.4, 0.0002),
    _shared("cookie", 0.6, 0.0002),
    _shared("social", 0.3, 0.00001),
    _shared("other", 0.2, 0.00001),
)

ORGANISATION = (
    _comparison(
        "organisation",
        {
            ALL: {
                "differs": (0.06, 0.985),
                "loosely alike": (0.07, 0.011),
                "alike": (0.1, 0.002),
                "close": (0.12, 0.0007),
                "slip": (0.15, 0.0002),
                "same": (0.5, 0.0006),
            },
        },
    ),
    _comparison(
        "legal_form",
        {
            ALL: {
                "differs": (0.15, 0.65),
                "same": (0.85, 0.35),
            },
        },
    ),
    _comparison(
        "tax_id",
        {
            ALL: {
                "differs": (0.08, 0.9999),
                "slip": (0.07, 0.00005),
                "same": (0.85, 0.00001),
            },
        },
    ),
    _comparison(
        "register",
        {
            ALL: {
                "differs": (0.08, 0.9999),
                "slip": (0.04, 0.0002),
                "same": (0.88, 0.00001),
            },
        },
    ),
    _comparison(
        "lei",
        {
            ALL: {
                "differs": (0.04, 0.9999),
                "slip": (0.04, 0.00002),
                "same": (0.92, 0.000005),
            },
        },
    ),
    _comparison(
        "domain",
        {
            ALL: {
                "differs": (0.25, 0.998),
                "slip": (0.05, 0.0005),
                "same": (0.7, 0.0005),
            },
        },
    ),
    _PHONE,
    _comparison(
        "email",
        {
            ALL: {
                "differs": (0.5, 0.9985),
                "close": (0.08, 0.001),
                "same name at another provider": (0.05, 0.0003),
                "same": (0.36, 0.00005),
                "same, of many": (0.01, 0.00005),
            },
            GIVEN_NAME: {
                "differs": (0.5, 0.9985),
                "close": (0.08, 0.001),
                "same name at another provider": (0.05, 0.0003),
                "same": (0.36, 0.00005),
                "same, of many": (0.01, 0.00005),
            },
            KIN: {
                "differs": (0.5, 0.9),
                "close": (0.08, 0.02),
                "same name at another provider": (0.05, 0.02),
                "same": (0.36, 0.05),
                "same, of many": (0.01, 0.01),
            },
            NEAR: {
                "differs": (0.5, 0.9),
                "close": (0.08, 0.02),
                "same name at another provider": (0.05, 0.02),
                "same": (0.36, 0.05),
                "same, of many": (0.01, 0.01),
            },
            NAMESAKES: {
                "differs": (0.5, 0.9),
                "close": (0.08, 0.02),
                "same name at another provider": (0.05, 0.02),
                "same": (0.36, 0.05),
                "same, of many": (0.01, 0.01),
            },
        },
    ),
    _ADDRESS,
    _AREA,
    _shared("customer", 0.2, 0.00001),
    _shared("master", 0.1, 0.000001),
    _shared("account", 0.35, 0.0001),
    _shared("other", 0.2, 0.00001),
)

DECLARED: dict[Kind, tuple[Comparison, ...]] = {Kind.PERSON: PERSON, Kind.ORGANISATION: ORGANISATION}
