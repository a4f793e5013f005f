"""The decisions behind an inferred mapping: what each column is, and what the rows are about."""

from collections.abc import Iterable, Sequence
from typing import Any

from loaders.column_names import Meaning, common_prefix, meaning_of, words_of
from loaders.column_values import Profile, births, days_first
from loaders.column_words import (
    ATTRIBUTE_WORDS,
    IDENTIFIER_WORDS,
    ORGANISATION_PREFIXES,
    SALUTATIONS,
)
from loaders.inferred_ids import ACCOUNTS, REGISTERED, record_id, unlike
from loaders.inferred_parents import parent_relations
from loaders.inferred_region import language_of, region_of
from loaders.sql import ORGANISATION_WORDS, PERSON_WORDS

_PERSON_NAMES = ("full_name", "given_name", "surname")
_PERSON_ONLY = (*_PERSON_NAMES, "birth_date", "sex", "age", "maiden_name", "middle_name", "marital_status", "ethnicity")
_ORGANISATION_ONLY = ("legal_form", "industry", "employees", "revenue", "founded_date")
_BY_VALUE = {"email": "email", "phone": "phone", "ssn": "national_id", "lei": "lei", "ip": "ip"}
_MANY = ("email", "phone")


class Draft:
    """A mapping in the making: each column gets a meaning, or a reason why it has none."""

    def __init__(self, profiles: Sequence[Profile], kind: str | None, source: str) -> None:
        self.profiles = {profile.name: profile for profile in profiles}
        self.source_column: str | None = None
        self.kind_column: str | None = None
        self.record_id: list[str] = []
        self.observed_at: str | None = None
        self.attributes: dict[str, list[str]] = {}
        self.identifiers: list[tuple[str, str]] = []
        self.relations: list[dict[str, Any]] = []
        self.left: dict[str, str] = {}
        self._source = source
        self.about_organisations = False
        self._names = self._read_names()
        self._meanings = dict(self._names)
        self.about_organisations |= kind == "organisation" or self._only_organisations()
        self._take_roles()
        self._take_the_rest()
        self._take_by_value()
        self.kind = kind or self._find_kind()
        self._settle_names()
        self._settle_address()
        if self.kind == "organisation":
            self._settle_parents()
        spoken = self._find_region()
        self.region, self._region_says = ("", "") if "country" in self.attributes else spoken
        self.country = spoken[0] or language_of(self.profiles)
        self._days_first = days_first(profiles, self.country)

    # ---------------------------------------------------------------------------------------------------- the names

    def _read_names(self) -> dict[str, Meaning]:
        """The meaning of each column by its name, a prefix that nearly all of them share left out."""
        prefix = self._shared_prefix()
        self.about_organisations = bool(prefix and prefix[0] in ORGANISATION_PREFIXES)
        out = {}
        for name in self.profiles:
            words = words_of(name)
            if prefix and words[: len(prefix)] == prefix:
                words = words[len(prefix) :]
            found = meaning_of(words)
            if found is None and "." in name:
                found = meaning_of(words_of(name.rsplit(".", 1)[1]))
            if found is not None:
                out[name] = found
        return out

    def _only_organisations(self) -> bool:
        """Whether a column names organisations and none names persons."""
        named = {meaning.what for meaning in self._meanings.values() if not meaning.foreign}
        organisations = any(
            meaning.what == "name" and meaning.whose in ORGANISATION_PREFIXES for meaning in self._meanings.values()
        )
        return (organisations or "organisation_name" in named) and not named & set(_PERSON_NAMES)

    def _shared_prefix(self) -> list[str]:
        """The first words shared by all columns but those that only say which row it is."""
        plain = [
            name
            for name in self.profiles
            if (meaning := meaning_of(words_of(name))) is None
            or meaning.what not in ("record_id", "source", "kind", "observed_at")
            or meaning.whose
        ]
        return common_prefix(plain)

    def _named(self, what: str) -> list[str]:
        """The columns that mean this, those of an exact name first."""
        found = [name for name, meaning in self._meanings.items() if meaning.what == what and not meaning.foreign]
        return sorted(found, key=lambda name: (not self._meanings[name].exact, bool(self._meanings[name].whose)))

    def _drop(self, name: str, reason: str) -> None:
        self.left.setdefault(name, reason)
        self._meanings.pop(name, None)

    # ---------------------------------------------------------------------------------------------------- the roles

    def _take_roles(self) -> None:
        for name in self._named("source"):
            profile = self.profiles[name]
            few = profile.distinct <= 50 and (profile.distinct < profile.rows or profile.rows == 1)
            if self.source_column is None and few and len(profile.values) == profile.rows:
                self.source_column = name
            else:
                self._drop(name, "is called a source but has too many values, or empty ones")
        for name in self._named("kind"):
            if self.kind_column is None and self._tells_kinds(self.profiles[name]):
                self.kind_column = name
            else:
                self._drop(name, "does not say person or organisation")
        for name in self._named("observed_at"):
            profile = self.profiles[name]
            dated = profile.share("date") >= 0.7 or profile.share("number") >= 0.9
            if self.observed_at is None and profile.values and dated:
                self.observed_at = name
            else:
                self._drop(name, "is no date, or another column says when the row was changed")
        self._take_record_id()

    def _tells_kinds(self, profile: Profile) -> bool:
        words = profile.words()
        return bool(words) and words <= {*PERSON_WORDS, *ORGANISATION_WORDS}

    def _take_record_id(self) -> None:
        named = self._named("record_id")
        foreign = {name for name, meaning in self._meanings.items() if meaning.foreign and meaning.whose != "event"}
        self.record_id = record_id(self.profiles, named, self._what, foreign.__contains__, self.about_organisations)
        for name in named:
            if name not in self.record_id:
                self._drop(name, "is an id, but not the one of the row")

    def _what(self, name: str) -> str | None:
        return self._meanings[name].what if name in self._meanings else None

    def _taken(self) -> set[str]:
        roles = {self.source_column, self.kind_column, self.observed_at, *self.record_id}
        roles |= {column for relation in self.relations for column in (relation["column"], relation.get("share"))}
        mapped = {column for columns in self.attributes.values() for column in columns}
        return {name for name in roles | mapped | {column for _, column in self.identifiers} if name}

    # ------------------------------------------------------------------------------------- attributes and identifiers

    def _take_the_rest(self) -> None:
        for name in self.profiles:
            meaning = self._meanings.get(name)
            what = meaning.what if meaning is not None else ""
            keeps = what in ACCOUNTS or (self.about_organisations and what in REGISTERED)
            if (name in self._taken() and not keeps) or meaning is None or name in self.left:
                continue
            profile = self.profiles[name]
            if not profile.values:
                self._drop(name, "is empty")
            elif meaning.foreign:
                self._drop(name, f"belongs to another ({meaning.whose})")
            elif meaning.what in IDENTIFIER_WORDS:
                self._take_identifier(meaning, profile)
            elif meaning.what in ATTRIBUTE_WORDS or meaning.what == "name":
                self._take_attribute(meaning, profile)

    def _take_identifier(self, meaning: Meaning, profile: Profile) -> None:
        reason = unlike(meaning.what, profile, self.about_organisations)
        if reason is not None:
            self._drop(profile.name, reason)
        else:
            self.identifiers.append((meaning.what, profile.name))

    def _take_attribute(self, meaning: Meaning, profile: Profile) -> None:
        what = meaning.what
        if meaning.whose in ORGANISATION_PREFIXES and not self.about_organisations and what != "legal_form":
            if what != "name":
                self._drop(profile.name, f"describes the {meaning.whose}, not the row's own person")
                return
            what = "employer_name" if meaning.whose == "employer" else "organisation_name"
        if what == "job_title" and profile.share("honorific") > 0.5:
            self._drop(profile.name, "is a form of address")
        elif what == "birth_date" and profile.share("date") < 0.2 and profile.share("number") < 0.5:
            self._drop(profile.name, "is called a date of birth but has no dates")
        elif what in self.attributes:
            self._drop(profile.name, f"is another {what.replace('_', ' ')} beside {self.attributes[what][0]}")
        else:
            self.attributes[what] = [profile.name]

    def _take_by_value(self) -> None:
        """Columns whose names say nothing, by what their values look like."""
        persons = any(name in self.attributes for name in _PERSON_NAMES)
        for name, profile in self.profiles.items():
            if name in self._taken() or name in self.left:
                continue
            shape = profile.shape()
            words = words_of(name)
            years = profile.years()
            if "".join(words) in SALUTATIONS:
                self.left[name] = "is a form of address"
            elif not profile.values:
                self.left[name] = "is empty"
            elif shape in _BY_VALUE and not any(word in words for word in ("fax", "date", "time")):
                self.identifiers.append((_BY_VALUE[shape], name))
            elif shape == "date" and persons and "birth_date" not in self.attributes and births(years):
                self.attributes["birth_date"] = [name]
            elif shape == "coordinate":
                self.left[name] = "is a coordinate"
            else:
                self.left[name] = f"is not recognised{f' (its values look like a {shape})' if shape else ''}"

    # ----------------------------------------------------------------------------------------------- what it is about

    def _find_kind(self) -> str:
        """person, organisation, auto, or "" where the kind's column says it."""
        if self.kind_column is not None:
            return ""
        persons = any(name in self.attributes for name in _PERSON_NAMES)
        organisations = "organisation_name" in self.attributes
        if persons and organisations:
            return "auto" if self._some_rows_lack_persons() else "person"
        if persons:
            return "person"
        if organisations and "name" in self.attributes and self._employs_many():
            return "person"
        if organisations or self.about_organisations or "lei" in dict(self.identifiers):
            return "organisation"
        return self._kind_of_one_name()

    def _employs_many(self) -> bool:
        """Whether the same organisations come again and again, as in a list of contacts, unlike one of suppliers."""
        profile = self.profiles[self.attributes["organisation_name"][0]]
        return profile.distinct < 0.95 * len(profile.values)

    def _some_rows_lack_persons(self) -> bool:
        """Whether the persons' name columns leave rows empty that the organisations' column may fill."""
        filled = max(len(self._filled(name)) for name in _PERSON_NAMES if name in self.attributes)
        profile = self.profiles[self.attributes["organisation_name"][0]]
        return profile.rows - filled >= max(1, 0.02 * profile.rows)

    def _filled(self, attribute: str) -> Sequence[str]:
        return self.profiles[self.attributes[attribute][0]].values

    def _kind_of_one_name(self) -> str:
        """By the words of a column called just `name`, and by what else there is."""
        if "name" not in self.attributes:
            return "organisation" if any(name in self.attributes for name in _ORGANISATION_ONLY) else "person"
        share = self.profiles[self.attributes["name"][0]].share("organisation")
        persons = any(name in self.attributes for name in _PERSON_ONLY)
        if any(name in self.attributes for name in _ORGANISATION_ONLY) and not persons:
            return "organisation"
        if persons:
            return "auto" if share >= 0.03 else "person"
        if share >= 0.5:
            return "organisation"
        return "auto" if share >= 0.05 else "person"

    def _settle_names(self) -> None:
        """Give `name` its attribute, and a company beside a person's name the place of the employer."""
        plain = self.attributes.pop("name", None)
        if plain and self.kind in ("organisation", "auto", "") and "organisation_name" not in self.attributes:
            self.attributes["organisation_name"] = plain
            plain_is_organisation = self.kind == "organisation"
        else:
            plain_is_organisation = False
        split = "given_name" in self.attributes and "surname" in self.attributes
        beside = self.kind == "organisation" and "organisation_name" in self.attributes
        if plain and not beside and not plain_is_organisation and "full_name" not in self.attributes and not split:
            self.attributes["full_name"] = plain
        if self.kind == "person" and "organisation_name" in self.attributes:
            column = self.attributes.pop("organisation_name")
            if self.attributes.setdefault("employer_name", column) is not column:
                self.left[column[0]] = "is an organisation beside the employer"
        if plain and plain[0] not in self._taken():
            self.left[plain[0]] = "is a name beside those already mapped"
        if (
            self.kind == "organisation"
            and "full_name" in self.attributes
            and "organisation_name" not in self.attributes
        ):
            self.attributes["organisation_name"] = self.attributes.pop("full_name")

    def _settle_address(self) -> None:
        """One address line, or its parts: whichever the columns are."""
        second = self.attributes.pop("address_line_2", None)
        one, parts = self.attributes.get("address"), ("city", "postcode")
        if one and any(part in self.attributes for part in parts) and "street_address" not in self.attributes:
            self.attributes["street_address"] = self.attributes.pop("address")
        numbered = "house_number" in self.attributes and "street_address" in self.attributes
        if numbered and "street" not in self.attributes:
            # The number has a column of its own: the first line is the street, a second one the name of a place.
            self.attributes["street"] = self.attributes.pop("street_address")
            for column in second or []:
                self.left[column] = "is a second line of the address"
            second = None
        street = self.attributes.get("street")
        if street and "house_number" not in self.attributes and "street_address" not in self.attributes:
            self.attributes["street_address"] = self.attributes.pop("street")
        if second:
            first = self.attributes.get("street_address")
            if first:
                first.extend(second)
            else:
                self.attributes["street_address"] = second

    def _settle_parents(self) -> None:
        foreign = {name: meaning for name, meaning in self._names.items() if meaning.foreign}
        own = {name: meaning.what for name, meaning in self._names.items() if not meaning.foreign}
        source = None if self.source_column else self._source
        self.relations = parent_relations(
            {name: meaning for name, meaning in foreign.items() if name not in self._taken()},
            self.profiles,
            self.identifiers,
            self.record_id,
            own,
            source,
        )

    def _find_region(self) -> tuple[str, str]:
        phones, emails = (
            [value for space, column in self.identifiers if space == wanted for value in self.profiles[column].values]
            for wanted in ("phone", "email")
        )
        return region_of(self.profiles, phones, emails)

    # ------------------------------------------------------------------------------------------------------ the result

    def plain(self, name: str) -> dict[str, Any]:
        """The mapping as plain data."""
        kinds: Any = self.kind
        if self.kind_column is not None and not self.kind:
            kinds = {"column": self.kind_column, "values": self._kind_values(self.profiles[self.kind_column])}
        data: dict[str, Any] = {
            "name": name,
            "source": {"column": self.source_column} if self.source_column else self._source,
            "kind": kinds,
        }
        if self.record_id:
            data["record_id"] = list(self.record_id)
        if self.observed_at:
            data["observed_at"] = self.when(self.observed_at)
        if self.region:
            data["region"] = self.region
        data["attributes"] = {key: cols[0] if len(cols) == 1 else cols for key, cols in self.attributes.items()}
        data["identifiers"] = [self._rule(space, column) for space, column in self.identifiers]
        return data | ({"relations": self.relations} if self.relations else {})

    def when(self, column: str) -> Any:
        """The time of a column, with a format where the day comes before the month and slashes part them."""
        way = self.profiles[column].slashed()
        if way is None or way.form is None or not (way.day_first or (self._days_first and not way.month_first)):
            return column
        return {"column": column, "format": way.form}

    @property
    def names_somebody(self) -> bool:
        """Whether its rows say what somebody is called."""
        return bool({*_PERSON_NAMES, "organisation_name", "employer_name"} & self.attributes.keys())

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What each row carries: its identifiers, and the number that names it where that is one (a customer's)."""
        own = [(what, name) for name in self.record_id if (what := self._what(name)) in IDENTIFIER_WORDS and what]
        return list(dict.fromkeys([*self.identifiers, *own]))

    def _kind_values(self, profile: Profile) -> dict[str, str]:
        found = sorted(set(profile.values))
        return {value: "person" if value.lower() in PERSON_WORDS else "organisation" for value in found}

    def _rule(self, space: str, column: str) -> dict[str, Any]:
        """The identifier's rule; several values of one cell are parted where many cells have a separator."""
        rule: dict[str, Any] = {"namespace": space, "column": column}
        values = self.profiles[column].values[:2000]
        if space in _MANY:
            for mark in (";", "|", ","):
                if sum(1 for value in values if mark in value.strip(mark)) >= max(1, 0.01 * len(values)):
                    rule["split"] = mark
                    break
        return rule

    def notes(self, besides: Iterable[str] = (), as_records: bool = True) -> list[str]:
        """Each column that is left in the record as it came, and why; and what the region was told by.

        `besides` are columns that are taken for events or consents; where the rows are no records, nothing else is.
        """
        taken = {*(self._taken() if as_records else ()), *besides}
        rest = {name: self.left.get(name, "is not recognised") for name in self.profiles if name not in taken}
        out = [f"Local telephone numbers are read as of {self.region}, by {self._region_says}."] if self.region else []
        if rest:
            out += [
                "Left in the record as it came:" if as_records else "Left out:",
                *(f"  {name}: {reason}" for name, reason in rest.items()),
            ]
        return out
