"""The comparisons of each kind, with the weights a model starts from.

Each line: label, group, prior m, prior u, and the field whose rarity counts. The priors were fitted on simulated
persons and organisations (see docs/adr) and are blended with what the data at hand says: few records keep them.
"""

from spine.domain.vocabulary import Kind
from spine.matching.levels import SHARED_NAMESPACES
from spine.matching.model import Comparison, Level


Declared = (
    tuple[str, str, float, float] | tuple[str, str, float, float, str] | tuple[str, str, float, float, str, int]
)


def _comparison(name: str, *levels: Declared) -> Comparison:
    return Comparison(name, name, tuple(Level(*level) for level in levels))


def _shared(namespace: str, differs: float, chance: float) -> Comparison:
    name = f"shared_{namespace}"
    return _comparison(
        name,
        (f"another {namespace}", "", differs, 1 - chance),
        (f"same {namespace}", "", 0.98 * (1 - differs), chance, "", 2),
        (f"same {namespace}, of many", "", 0.02 * (1 - differs), 2 * chance, name),
    )


_FAR, _NEAR, _KIN, _NAMESAKES = "elsewhere", "at one address", "relatives", "namesakes"

_ADDRESS = _comparison(
    "address",
    ("street differs", "street", 0.18, 0.90),
    ("same postcode", "street", 0.04, 0.085),
    ("street alike", "street", 0.02, 0.004),
    ("same street", "street", 0.02, 0.004),
    ("same street, number missing", "street", 0.02, 0.0002, "street"),
    ("address loosely alike", "street", 0.04, 0.0001, "dwelling"),
    ("address alike", "street", 0.10, 0.0002, "dwelling"),
    ("same building", "street", 0.08, 0.0002, "dwelling"),
    ("same dwelling", "street", 0.52, 0.0003, "dwelling"),
    ("place differs", "place", 0.20, 0.90),
    ("same region", "place", 0.05, 0.06),
    ("city alike", "place", 0.10, 0.01, "city"),
    ("same city", "place", 0.55, 0.025, "city"),
    ("same postcode", "place", 0.10, 0.005, "postcode"),
    ("another number", "number", 0.10, 0.995),
    ("same number", "number", 0.90, 0.005),
)

_PHONE = _comparison(
    "phone",
    ("differs", _FAR, 0.30, 0.9997),
    ("slip", _FAR, 0.05, 0.0001),
    ("same", _FAR, 0.64, 0.0001, "", 5),
    ("differs", _NEAR, 0.30, 0.60),
    ("same", _NEAR, 0.70, 0.40),
    ("same, of many", _FAR, 0.01, 0.0001, "phone"),
)

PERSON = (
    _comparison(
        "given",
        ("differs", "", 0.03, 0.955),
        ("same initial", "", 0.02, 0.006),
        ("resembles", "", 0.04, 0.02),
        ("close", "", 0.10, 0.004, "given"),
        ("a part in common", "", 0.02, 0.002),
        ("nickname", "", 0.03, 0.002),
        ("same", "", 0.77, 0.009, "given"),
    ),
    _comparison(
        "middle",
        ("differs", "", 0.06, 0.93),
        ("same initial", "", 0.80, 0.06),
        ("same", "", 0.14, 0.01, "middle"),
    ),
    _comparison("order", ("as usual", "", 0.985, 0.9995), ("exchanged", "", 0.015, 0.0005)),
    _comparison(
        "surname",
        ("differs", _FAR, 0.05, 0.975),
        ("resembles", _FAR, 0.03, 0.014),
        ("a part in common", _FAR, 0.02, 0.001),
        ("close", _FAR, 0.10, 0.002, "surname"),
        ("same", _FAR, 0.80, 0.008, "surname"),
        ("differs", _NEAR, 0.04, 0.40),
        ("resembles", _NEAR, 0.02, 0.02),
        ("a part in common", _NEAR, 0.02, 0.02),
        ("close", _NEAR, 0.09, 0.06),
        ("same", _NEAR, 0.83, 0.50),
    ),
    _comparison(
        "birth_date",
        ("differs", _FAR, 0.02, 0.955),
        ("near year", _FAR, 0.02, 0.033),
        ("two parts agree", _FAR, 0.04, 0.009),
        ("slip", _FAR, 0.09, 0.0025),
        ("same", _FAR, 0.83, 0.00005),
        ("differs", _NEAR, 0.02, 0.94),
        ("near year", _NEAR, 0.02, 0.04),
        ("two parts agree", _NEAR, 0.04, 0.010),
        ("slip", _NEAR, 0.09, 0.004),
        ("same", _NEAR, 0.83, 0.006),
        ("partial disagrees", "partial", 0.10, 0.97),
        ("partial agrees", "partial", 0.90, 0.03),
    ),
    _comparison(
        "age",
        ("differs", "birth date missing", 0.10, 0.94),
        ("within two years", "birth date missing", 0.20, 0.045),
        ("same", "birth date missing", 0.70, 0.015),
        ("differs", "birth dates agree", 0.08, 0.50),
        ("within two years", "birth dates agree", 0.17, 0.10),
        ("same", "birth dates agree", 0.75, 0.40),
        ("differs", "birth dates differ", 0.30, 0.97),
        ("within two years", "birth dates differ", 0.25, 0.02),
        ("same", "birth dates differ", 0.45, 0.01),
    ),
    _comparison(
        "sex",
        ("differs", "names differ", 0.06, 0.50),
        ("same", "names differ", 0.94, 0.50),
        ("differs", "names agree", 0.01, 0.02),
        ("same", "names agree", 0.99, 0.98),
    ),
    _comparison(
        "email",
        ("differs", "", 0.25, 0.9985),
        ("close", "", 0.12, 0.001),
        ("same name at another provider", "", 0.08, 0.0003, "email_local"),
        ("same", "", 0.54, 0.00001, "", 4),
        ("same, of many", "", 0.01, 0.00002, "email"),
        ("differs", _KIN, 0.25, 0.98),
        ("close", _KIN, 0.12, 0.005),
        ("same name at another provider", _KIN, 0.08, 0.002, "email_local"),
        ("same", _KIN, 0.54, 0.01, "", 9),
        ("same, of many", _KIN, 0.01, 0.003, "email"),
    ),
    _PHONE,
    _comparison(
        "national_id",
        ("differs", "", 0.05, 0.99990),
        ("two slips", "", 0.03, 0.00003),
        ("slip", "", 0.09, 0.00001),
        ("same", "", 0.829, 0.000003, "", 4),
        ("same, of many", "", 0.001, 0.000003, "national_id"),
        ("differs", _NAMESAKES, 0.05, 0.9998),
        ("two slips", _NAMESAKES, 0.03, 0.00005),
        ("slip", _NAMESAKES, 0.09, 0.00005),
        ("same", _NAMESAKES, 0.829, 0.00008, "", 9),
        ("same, of many", _NAMESAKES, 0.001, 0.00001, "national_id"),
        ("differs", _NEAR, 0.05, 0.99),
        ("two slips", _NEAR, 0.03, 0.001),
        ("slip", _NEAR, 0.09, 0.001),
        ("same", _NEAR, 0.829, 0.008, "", 14),
        ("same, of many", _NEAR, 0.001, 0.0001, "national_id"),
    ),
    _comparison("suffix", ("differs", "", 0.05, 0.60), ("same", "", 0.95, 0.40)),
    _ADDRESS,
    _shared("login", 0.20, 0.00001),
    _shared("customer", 0.20, 0.00001),
    _shared("loyalty", 0.20, 0.00005),
    _shared("employee", 0.20, 0.00001),
    _shared("master", 0.10, 0.000001),
    _shared("account", 0.35, 0.0002),
    _shared("device", 0.50, 0.0005),
    _shared("mobile_token", 0.40, 0.0002),
    _shared("cookie", 0.60, 0.0002),
    _shared("social", 0.30, 0.00001),
    _shared("other", 0.20, 0.00001),
)

ORGANISATION = (
    _comparison(
        "organisation",
        ("differs", "", 0.06, 0.985),
        ("loosely alike", "", 0.07, 0.011),
        ("alike", "", 0.10, 0.002),
        ("close", "", 0.12, 0.0007, "organisation"),
        ("slip", "", 0.15, 0.0002, "organisation"),
        ("same", "", 0.50, 0.0006, "organisation"),
    ),
    _comparison("legal_form", ("differs", "", 0.15, 0.65), ("same", "", 0.85, 0.35)),
    _comparison("tax_id", ("differs", "", 0.08, 0.9999), ("slip", "", 0.07, 0.00005), ("same", "", 0.85, 0.00001)),
    _comparison("register", ("differs", "", 0.08, 0.9999), ("slip", "", 0.04, 0.0002), ("same", "", 0.88, 0.00001)),
    _comparison("lei", ("differs", "", 0.04, 0.9999), ("slip", "", 0.04, 0.00002), ("same", "", 0.92, 0.000005)),
    _comparison(
        "domain", ("differs", "", 0.25, 0.998), ("slip", "", 0.05, 0.0005), ("same", "", 0.70, 0.0005)
    ),
    _PHONE,
    _comparison(
        "email",
        ("differs", "", 0.50, 0.9985),
        ("close", "", 0.08, 0.001),
        ("same name at another provider", "", 0.05, 0.0003, "email_local"),
        ("same", "", 0.36, 0.00005, "", 4),
        ("same, of many", "", 0.01, 0.00005, "email"),
        ("differs", _KIN, 0.50, 0.90),
        ("close", _KIN, 0.08, 0.02),
        ("same name at another provider", _KIN, 0.05, 0.02, "email_local"),
        ("same", _KIN, 0.36, 0.05, "", 9),
        ("same, of many", _KIN, 0.01, 0.01, "email"),
    ),
    _ADDRESS,
    _shared("customer", 0.20, 0.00001),
    _shared("master", 0.10, 0.000001),
    _shared("account", 0.35, 0.0001),
    _shared("other", 0.20, 0.00001),
)

DECLARED: dict[Kind, tuple[Comparison, ...]] = {Kind.PERSON: PERSON, Kind.ORGANISATION: ORGANISATION}
COMPARED_NAMESPACES = SHARED_NAMESPACES
