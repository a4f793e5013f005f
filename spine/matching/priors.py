"""A comparison with the weights it starts from, and those that persons and organisations have in common."""

from collections.abc import Mapping

from spine.domain.vocabulary import namespace
from spine.matching.model import Comparison, Level
from spine.matching.outcomes import FAR, HOUSEHOLD_NAMESPACES, KIN, NEAR, NUMBER, OUTCOMES, PLACE, SHARED, STREET

ALL = ""
"""The group of a comparison that has only one."""

Priors = Mapping[str, Mapping[str, tuple[float, float]]]
"""By group and label: m, the share of the level among pairs of one entity, and u, among pairs of different ones."""


def comparison(name: str, priors: Priors) -> Comparison:
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


def shared(name: str, differs: float, chance: float, kin: float = 0.0, near: float = 0.0) -> Comparison:
    """Identifiers of a namespace: the share of pairs of one entity that carry others, and of chance agreement.

    Of those that households share also among relatives (`kin`), and at one address (`near`).
    """
    groups = {ALL: chance, KIN: kin, NEAR: near} if name in HOUSEHOLD_NAMESPACES else {ALL: chance}
    return comparison(
        SHARED + name,
        {
            group: {
                f"another {name}": (differs, 1 - agree),
                f"same {name}": (0.98 * (1 - differs), agree),
                f"same {name}, of many": (0.02 * (1 - differs), min(2 * agree, 0.01 * (1 - differs))),
            }
            for group, agree in groups.items()
        },
    )


ADDRESS = comparison(
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

AREA = comparison("area", {ALL: {"another postcode": (0.45, 0.97), "same postcode": (0.55, 0.03)}})

PHONE = comparison(
    "phone",
    {
        FAR: {
            "differs": (0.3, 0.9997),
            "slip": (0.05, 0.0001),
            "same": (0.64, 0.0001),
            "same, of many": (0.01, 0.0001),
        },
        KIN: {
            "differs": (0.3, 0.98),
            "slip": (0.05, 0.0005),
            "same": (0.64, 0.018),
            "same, of many": (0.01, 0.0015),
        },
        NEAR: {
            "differs": (0.3, 0.6),
            "same": (0.7, 0.4),
        },
    },
)
