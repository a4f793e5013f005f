"""What the columns of GLEIF's golden copies mean: level 1, level 2 and the reporting exceptions, as mappings.

The names are those of the official CSV files; of the XML files (LEI-CDF, RR-CDF, Reporting Exceptions) `gleif_xml`
makes the same. A column that begins with `~` is derived from others; it is written as SQL with the others in braces.
"""

from collections.abc import Mapping as Dict
from dataclasses import dataclass
from typing import Any

from loaders.mapping import Mapping

_PERIODS = range(1, 6)
_ENDED = "('INACTIVE', 'NULL')"
_WITHDRAWN = "('ANNULLED', 'DUPLICATE')"
_COUNTRY = "substr(coalesce({Entity.LegalJurisdiction}, {Entity.LegalAddress.Country}), 1, 2)"
_NUMBER = "{Entity.RegistrationAuthority.RegistrationAuthorityEntityID}"
_REGISTER = "{Entity.RegistrationAuthority.RegistrationAuthorityID}"


def _period(side: str) -> str:
    """The date of the period over which the relationship itself held, wherever it stands among the five."""
    cases = "".join(
        f"WHEN {{Relationship.Period.{n}.periodType}} = 'RELATIONSHIP_PERIOD' THEN {{Relationship.Period.{n}.{side}}} "
        for n in _PERIODS
    )
    return f"CASE {cases}END"


def _share() -> str:
    """The first quantifier in per cent."""
    cases = "".join(
        f"WHEN coalesce({{Relationship.Quantifiers.{n}.QuantifierUnits}}, 'PERCENTAGE') = 'PERCENTAGE' "
        f"AND {{Relationship.Quantifiers.{n}.QuantifierAmount}} IS NOT NULL "
        f"THEN {{Relationship.Quantifiers.{n}.QuantifierAmount}} "
        for n in _PERIODS
    )
    return f"CASE {cases}END"


ROLES = {
    "IS_DIRECTLY_CONSOLIDATED_BY": "direct parent",
    "IS_ULTIMATELY_CONSOLIDATED_BY": "ultimate parent",
    "IS_INTERNATIONAL_BRANCH_OF": "branch of head office",
    "IS_FUND-MANAGED_BY": "fund managed by",
    "IS_SUBFUND_OF": "sub-fund of umbrella fund",
    "IS_FEEDER_TO": "feeder to master fund",
}
"""What each type of relationship is called in the graph; the first three say that the parent controls."""


@dataclass(frozen=True)
class Layout:
    """One of the three files: the mapping of its columns, its derived columns, and a column by which it is known."""

    name: str
    known_by: tuple[str, ...]
    element: str
    derived: Dict[str, str]
    plain: Dict[str, Any]

    @property
    def mapping(self) -> Mapping:
        """How its rows become records."""
        return Mapping.of({"name": f"gleif-{self.name}", "kind": "organisation", **self.plain})


LEVEL_1 = Layout(
    "level-1",
    ("LEI", "Entity.LegalName"),
    "LEIRecord",
    {
        "~region": "regexp_replace({Entity.LegalAddress.Region}, '^[A-Z]{{2}}-', '')",
        "~trading": "CASE WHEN {Entity.OtherEntityNames.OtherEntityName.1.type} LIKE 'TRADING%' "
        "THEN {Entity.OtherEntityNames.OtherEntityName.1} END",
        # A number is unique in its country; in Germany, where every court numbers alike, within its register.
        "~register": f"{_COUNTRY} || '-' || CASE WHEN {_COUNTRY} = 'DE' THEN coalesce({_REGISTER} || '-', '') "
        f"ELSE '' END || {_NUMBER}",
    },
    {
        "source": "gleif",
        "record_id": "LEI",
        "observed_at": "Registration.LastUpdateDate",
        "attributes": {
            "organisation_name": "Entity.LegalName",
            "trading_name": "~trading",
            "legal_form": "Entity.LegalForm.OtherLegalForm",
            "founded_date": "Entity.EntityCreationDate",
            "street_address": "Entity.LegalAddress.FirstAddressLine",
            "city": "Entity.LegalAddress.City",
            "region": "~region",
            "postcode": "Entity.LegalAddress.PostalCode",
            "country": "Entity.LegalAddress.Country",
        },
        "identifiers": [
            {"namespace": "lei", "column": "LEI", "verified": True},
            {"namespace": "register", "column": "~register"},
        ],
    },
)
LEVEL_2 = Layout(
    "level-2",
    ("Relationship.StartNode.NodeID", "Relationship.EndNode.NodeID"),
    "RelationshipRecord",
    {
        "~parent": f"CASE WHEN coalesce({{Registration.RegistrationStatus}}, '') NOT IN {_WITHDRAWN} "
        "THEN {Relationship.EndNode.NodeID} END",
        "~role": "CASE {Relationship.RelationshipType} "
        + "".join(f"WHEN '{kind}' THEN '{role}' " for kind, role in ROLES.items())
        + "ELSE lower(replace({Relationship.RelationshipType}, '_', ' ')) END",
        "~share": _share(),
        "~since": _period("startDate"),
        "~until": f"coalesce({_period('endDate')}, CASE WHEN {{Relationship.RelationshipStatus}} IN {_ENDED} "
        "OR {Registration.RegistrationStatus} = 'RETIRED' THEN {Registration.LastUpdateDate} END)",
    },
    {
        "source": "gleif_relationships",
        "record_id": [
            "Relationship.StartNode.NodeID", "Relationship.EndNode.NodeID", "Relationship.RelationshipType",
        ],
        "observed_at": "Registration.LastUpdateDate",
        "identifiers": [{"namespace": "lei", "column": "Relationship.StartNode.NodeID"}],
        "relations": [
            {
                "kind": "subsidiary_of", "namespace": "lei", "column": "~parent", "share": "~share", "role": "~role",
                "valid_from": "~since", "valid_to": "~until",
            }
        ],
    },
)  # fmt: skip
EXCEPTIONS = Layout(
    "exceptions",
    ("LEI", "Exception.Category"),
    "Exception",
    {"~level": "CASE WHEN {Exception.Category} LIKE 'DIRECT%' THEN 'direct' ELSE 'ultimate' END"},
    {
        "source": "gleif_exceptions",
        "record_id": ["LEI", "Exception.Category"],
        "identifiers": [{"namespace": "lei", "column": "LEI"}],
        "relations": [
            {"kind": "parent_exception", "namespace": "x_exception", "column": "~level", "role": "Exception.Reason.1"}
        ],
    },
)
LAYOUTS = (LEVEL_1, LEVEL_2, EXCEPTIONS)

SPELLINGS = {"ExceptionCategory": "Exception.Category", "ExceptionReason.1": "Exception.Reason.1"}
"""Other spellings of columns, as older files have them."""
