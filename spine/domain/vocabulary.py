"""The words that mappings, matching and the API share: kinds, attributes, namespaces, relations."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a record describes."""

    PERSON = "person"
    ORGANISATION = "organisation"


class Policy(StrEnum):
    """How an identifier kind behaves."""

    UNIQUE = "unique"
    STRONG = "strong"
    SHAREABLE = "shareable"
    VOLATILE = "volatile"


@dataclass(frozen=True, slots=True)
class Namespace:
    """The policy of one identifier kind; `half_life` in days, for kinds whose values are given up and passed on."""

    name: str
    policy: Policy
    says: str
    half_life: int | None = None

    @property
    def fades_in(self) -> int | None:
        """The days between two sightings that halve what agreement weighs; None where it keeps its weight."""
        return self.half_life if self.policy in (Policy.SHAREABLE, Policy.VOLATILE) else None


NAMESPACES: dict[str, Namespace] = {
    namespace.name: namespace
    for namespace in (
        Namespace("login", Policy.UNIQUE, "id of a login account"),
        Namespace("national_id", Policy.UNIQUE, "social security or national identity number"),
        Namespace("employee", Policy.STRONG, "number of an employee"),
        Namespace("customer", Policy.STRONG, "customer number of a source"),
        Namespace("loyalty", Policy.STRONG, "loyalty card number"),
        Namespace("master", Policy.STRONG, "id of a master-data system"),
        Namespace("email", Policy.STRONG, "e-mail address", 3650),
        Namespace("phone", Policy.SHAREABLE, "telephone number, E.164", 1095),
        Namespace("account", Policy.SHAREABLE, "payment or bank account, hashed", 3650),
        Namespace("bank", Policy.SHAREABLE, "bank details, kept as a keyed hash only", 3650),
        Namespace("address", Policy.SHAREABLE, "postal address, one line", 3650),
        Namespace("device", Policy.SHAREABLE, "device or mobile advertising id", 365),
        Namespace("mobile_token", Policy.SHAREABLE, "push token of an app installation", 365),
        Namespace("social", Policy.STRONG, "id of a social network account"),
        Namespace("cookie", Policy.VOLATILE, "browser cookie", 180),
        Namespace("ip", Policy.VOLATILE, "internet address", 7),
        Namespace("lei", Policy.UNIQUE, "legal entity identifier, ISO 17442"),
        Namespace("register", Policy.UNIQUE, "number in a company register, with its country or register"),
        Namespace("tax_id", Policy.UNIQUE, "tax or value-added-tax number"),
        Namespace("domain", Policy.SHAREABLE, "internet domain of an organisation", 3650),
        Namespace("order", Policy.STRONG, "order number"),
        Namespace("ticket", Policy.STRONG, "support ticket number"),
    )
}
"""Namespaces known from the start; a mapping may name others (`x_…`), which are strong."""

SEALED_NAMESPACES = ("bank",)
"""Namespaces whose values are never kept: a keyed hash stands for them, in the record as it came, too."""

CUSTOM_NAMESPACE = Namespace("x_", Policy.STRONG, "an identifier kind of a mapping's own")


def namespace(name: str) -> Namespace:
    """The policy of a namespace; kinds of a mapping's own are strong."""
    return NAMESPACES.get(name, CUSTOM_NAMESPACE)


PERSON_ATTRIBUTES = (
    "full_name", "given_name", "middle_name", "surname", "maiden_name", "name_suffix", "birth_date", "death_date",
    "age", "sex", "nationality", "ethnicity", "employer_name", "job_title", "household_role", "marital_status",
)  # fmt: skip
ORGANISATION_ATTRIBUTES = (
    "organisation_name", "trading_name", "legal_form", "founded_date", "industry", "employees", "revenue", "website",
)  # fmt: skip
ADDRESS_ATTRIBUTES = (
    "address", "street_address", "house_number", "street", "unit", "po_box", "city", "region", "postcode", "country",
    "dwelling_type",
)  # fmt: skip
ATTRIBUTES = frozenset((*PERSON_ATTRIBUTES, *ORGANISATION_ATTRIBUTES, *ADDRESS_ATTRIBUTES))
"""What a mapping's columns may become, besides identifiers. `address` is a whole address in one line;
`street_address` is house number, street and unit in one."""

FIELDS = (
    "given", "middle", "surname", "suffix", "birth_date", "sex", "age",
    "organisation", "legal_form",
    "email", "phone", "national_id", "tax_id", "register", "lei", "domain",
    "house_number", "street", "unit", "po_box", "city", "region", "postcode", "country",
)  # fmt: skip
"""Normalised comparable fields, what matching sees: folded lower-case ASCII texts, null where absent. `birth_date` is
ISO 8601, possibly partial (`1980`, `1980-09`)."""

RELATION_KINDS = ("subsidiary_of", "employed_by", "family", "member_of", "parent_exception")
EVENT_KINDS = ("order", "invoice", "subscription", "visit", "ticket", "chat", "login", "touch", "other")
