"""A batch of records turned into comparable fields and identifier claims, column by column."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import phonenumbers
import pyarrow as pa

from spine.domain.vocabulary import FIELDS, Kind
from spine.normalise import addresses, mostly, names, organisations, streets, traits
from spine.normalise.claims import (
    Claims,
    claims_of,
    first_value,
    flatten,
    normalise_claims,
    once_per_row,
    weak_values,
)
from spine.normalise.columns import (
    NO_TEXT,
    Column,
    compute,
    distinct,
    first_known,
    join_known,
    map_distinct,
    one_array,
    prefixed,
    split_distinct,
    text_column,
)
from spine.normalise.countries import normalise_country, normalise_region
from spine.normalise.dates import DateOrder, decide_order, normalise_date
from spine.normalise.emails import company_domain
from spine.normalise.few_claims import FEW, few_claims

MOST_PROBLEMS = 1000
_CLAIMED = ("email", "phone", "national_id", "tax_id", "register", "lei", "domain")
Problem = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Options:
    """What a batch can't tell of itself: the region of local phone numbers, and how its dates are written.

    `region` is ISO 3166 alpha-2 in upper case, for records without a country. `dates` None lets each batch decide by
    its own values; give the order that the first batch of a file decided, and the whole file is read alike.
    """

    region: str = "US"
    day_first: bool | None = None
    dates: DateOrder | None = None


@dataclass(frozen=True)
class Prepared:
    """What matching and loading see of a batch.

    `fields` has exactly the string columns `vocabulary.FIELDS`, one row per record, null where absent. `claims` has
    row, namespace, value, verified, first_seen, last_seen: normalised, ordered by row, each identifier once per row.
    `problems` are the first thousand (row, column, reason); `problem_count` is how many there were, `unusable` how
    many values of each namespace are no identifier. `dates` is how the batch's dates were read.
    """

    fields: pa.Table
    claims: pa.Table
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0
    unusable: Mapping[str, int] = field(default_factory=dict)
    dates: DateOrder = field(default_factory=DateOrder)


def prepare(records: pa.Table, options: Options = Options()) -> Prepared:
    """Normalise a batch: records with `ports.RECORD_COLUMNS` and string columns of `vocabulary.ATTRIBUTES`.

    Rows keep their order and number. Values that can't be read become null and a problem; nothing raises for a value.
    An address claim is made where the address is whole enough, a domain claim for organisations from their website or
    company e-mail. Sightings that a claim doesn't date are dated by the record's `observed_at`.
    """
    problems = _Problems()
    known = {**_person(records), **_organisation(records), **_place(records)}
    order = options.dates or date_order(records, options.day_first)
    known["birth_date"] = _dates(records, "birth_date", order, problems)
    known["age"] = _checked(records, "age", traits.normalise_age, "not an age", problems)
    known["sex"] = _checked(records, "sex", traits.normalise_sex, "not a known word for a sex", problems)
    claims = _claims(records, known, options.region)
    for row, namespace, _ in claims.unusable:
        problems.add(row, namespace, f"not a usable {namespace}")
    came = {*compute.unique(claims.table["namespace"]).to_pylist(), *(name for _, name, _ in claims.unusable)}
    for namespace in _CLAIMED:
        if namespace not in came:
            known[namespace] = pa.nulls(records.num_rows, pa.string())
            continue
        found = first_value(claims.table, namespace, records.num_rows)
        weak = weak_values(claims.unusable, namespace, records.num_rows)
        known[namespace] = compute.utf8_lower(first_known(found, weak))
    fields = pa.table({name: known[name] for name in FIELDS}, pa.schema([(name, pa.string()) for name in FIELDS]))
    return Prepared(fields, claims.table, problems.kept, problems.count, claims.counts, order)


class _Problems:
    """The first problems, and how many there were."""

    def __init__(self) -> None:
        self.kept: list[Problem] = []
        self.count = 0

    def add(self, row: int, column: str, reason: str) -> None:
        self.count += 1
        if len(self.kept) < MOST_PROBLEMS:
            self.kept.append((row, column, reason))

    def add_rows(self, rows: Column, column: str, reason: str) -> None:
        """Add a problem for each row where the mask `rows` is true."""
        for row in np.flatnonzero(rows.to_numpy(zero_copy_only=False)):
            self.add(int(row), column, reason)


def _person(records: pa.Table) -> dict[str, Column]:
    """Given, middle, surname and suffix: from their own columns first, then from the whole name."""
    own_given = mostly.split_givens(text_column(records, "given_name"))
    own_surname = mostly.split_surnames(text_column(records, "surname"))
    whole = mostly.split_full_names(text_column(records, "full_name"))
    middle = map_distinct(text_column(records, "middle_name"), names.normalise_name)
    suffix = map_distinct(text_column(records, "name_suffix"), names.normalise_suffix)
    return {
        "given": first_known(own_given[0], whole[0]),
        "middle": first_known(middle, own_given[1], whole[1]),
        "surname": first_known(own_surname[0], whole[2]),
        "suffix": first_known(suffix, own_surname[1], own_given[2], whole[3]),
    }


def _organisation(records: pa.Table) -> dict[str, Column]:
    name = organisations.split_organisations(text_column(records, "organisation_name"))
    trading = organisations.split_organisations(text_column(records, "trading_name"))
    form = map_distinct(text_column(records, "legal_form"), organisations.normalise_legal_form)
    return {
        "organisation": first_known(name[0], trading[0]),
        "legal_form": first_known(form, name[1], trading[1]),
    }


def _place(records: pa.Table) -> dict[str, Column]:
    """The parts of the address: from their own columns first, then from street lines, then from whole addresses."""
    whole = split_distinct(text_column(records, "address"), addresses.split_address, 8)
    lines = mostly.split_streets(text_column(records, "street_address"))
    street_column = text_column(records, "street")
    country = map_distinct(text_column(records, "country"), normalise_country)
    house = text_column(records, "house_number")
    numbered, flat = split_distinct(house, streets.split_house_number, 2)
    # There a flat stands in front of the slash.
    turned = compute.is_in(country, pa.array(["au", "nz"], pa.string()))
    numbered = compute.if_else(turned, map_distinct(house, streets.normalise_house_number), numbered)
    flat = compute.if_else(turned, NO_TEXT, flat)
    # A street column may hold the whole line; it is taken apart only where no house number stands beside it.
    alone = compute.if_else(compute.is_null(numbered), street_column, NO_TEXT)
    in_street = mostly.split_streets(alone)
    own = {
        "house_number": first_known(numbered, in_street[0]),
        "street": first_known(in_street[1], map_distinct(street_column, streets.normalise_street)),
        "unit": first_known(map_distinct(text_column(records, "unit"), streets.normalise_unit), flat, in_street[2]),
        "po_box": first_known(map_distinct(text_column(records, "po_box"), streets.normalise_po_box), in_street[3]),
        "city": map_distinct(text_column(records, "city"), addresses.normalise_city),
        "region": map_distinct(text_column(records, "region"), normalise_region),
        "postcode": mostly.normalise_postcodes(text_column(records, "postcode")),
        "country": country,
    }
    for at, name in enumerate(own):
        rest = [lines[at]] if at < len(lines) else []
        own[name] = first_known(own[name], *rest, whole[at])
    return own


@lru_cache(maxsize=1 << 15)
def _date(text: str, order: DateOrder) -> tuple[str | None, bool]:
    """`normalise_date`, which the batches of one file ask for the same days again and again."""
    return normalise_date(text, order)


def date_order(records: pa.Table, day_first: bool | None = None) -> DateOrder:
    """How the dates of a batch are read: by a vote of those that can be read one way only."""
    return decide_order(distinct(text_column(records, "birth_date"))[0], day_first)


def _dates(records: pa.Table, name: str, order: DateOrder, problems: _Problems) -> Column:
    column = text_column(records, name)
    if column.null_count == len(column):
        return column
    values, positions = distinct(column)
    read = [_date(value, order) for value in values]
    inexact = pa.array([not exact for _, exact in read], pa.bool_()).take(positions).fill_null(False)
    problems.add_rows(inexact, name, "not a date of the calendar")
    return pa.array([text for text, _ in read], pa.string()).take(positions)


def _checked(
    records: pa.Table, name: str, function: Callable[[str], str | None], reason: str, problems: _Problems
) -> Column:
    column = text_column(records, name)
    if column.null_count == len(column):
        return column
    found = map_distinct(column, function)
    problems.add_rows(
        compute.and_(compute.is_null(found), compute.greater(compute.utf8_length(column).fill_null(0), 0)), name, reason
    )
    return found


def _claims(records: pa.Table, known: Mapping[str, Column], region: str) -> Claims:
    """The claims that came with the records, and those made of addresses, websites and company e-mail."""
    observed = text_column(records, "observed_at")
    if records.num_rows <= FEW:
        return _few_claims(records, known, region, observed.to_pylist())
    came = normalise_claims(flatten(one_array(records.column("identifiers"))), _regions(known["country"], region))
    made = [came.table, claims_of("address", _address_lines(known), observed)]
    kind = text_column(records, "kind")
    is_organisation = compute.equal(kind, Kind.ORGANISATION.value).fill_null(False)
    if compute.any(is_organisation).as_py():
        email = first_value(came.table, "email", records.num_rows)
        website = map_distinct(text_column(records, "website"), company_domain)
        domain = first_known(website, map_distinct(email, company_domain))
        only = compute.if_else(is_organisation, domain, NO_TEXT)
        made.append(claims_of("domain", only, observed))
    return Claims(once_per_row(_dated(pa.concat_tables(made), observed)), came.unusable, came.counts)


def _few_claims(records: pa.Table, known: Mapping[str, Column], region: str, observed: Sequence[str | None]) -> Claims:
    """The same of a few records, value by value."""
    identifiers = records.column("identifiers").to_pylist()
    regions: Any = _regions(known["country"], region).to_pylist()
    lines: Any = _address_lines(known).to_pylist()
    made = [("address", lines)]
    kinds = text_column(records, "kind").to_pylist()
    if Kind.ORGANISATION.value in kinds:
        came = few_claims(identifiers, regions, (), observed).table
        email = first_value(came, "email", records.num_rows)
        domain = first_known(
            map_distinct(text_column(records, "website"), company_domain), map_distinct(email, company_domain)
        )
        owned = zip(kinds, domain.to_pylist(), strict=True)
        made.append(("domain", [value if kind == Kind.ORGANISATION.value else None for kind, value in owned]))
    return few_claims(identifiers, regions, made, observed)


def _dated(claims: pa.Table, observed: Column) -> pa.Table:
    seen = observed.take(one_array(claims["row"]))
    first = first_known(one_array(claims["first_seen"]), seen)
    last = first_known(one_array(claims["last_seen"]), seen)
    dated = claims.set_column(4, "first_seen", first).set_column(5, "last_seen", last)
    return dated.set_column(3, "verified", one_array(claims["verified"]).fill_null(False))


def _regions(countries: Column, fallback: str) -> Column:
    """For each row the region by which a local phone number is read."""

    def region(country: str) -> str | None:
        return country.upper() if country.upper() in phonenumbers.SUPPORTED_REGIONS else None

    return map_distinct(countries, region).fill_null(fallback)


def _address_lines(known: Mapping[str, Column]) -> Column:
    """The canonical line of each row's address, as `addresses.one_line` writes it, or null where it is too little."""

    located = ("street", "po_box")
    if all(known[name].null_count == len(known[name]) for name in located):
        return known["street"]
    has = {name: compute.is_valid(known[name]) for name in ("house_number", "street", "po_box", "city", "postcode")}
    placed = compute.or_(has["city"], has["postcode"])
    enough = compute.or_(
        compute.and_(has["street"], compute.or_(has["house_number"], placed)),
        compute.and_(has["po_box"], placed),
    )
    street = join_known(" ", known["house_number"], known["street"], prefixed("unit ", known["unit"]))
    tail = (known[name] for name in ("city", "region", "postcode", "country"))
    line = join_known(", ", street, prefixed("po box ", known["po_box"]), *tail)
    line = compute.if_else(enough, line, NO_TEXT)
    # What look-up makes of a line must be the line itself: proven for regular ones, tried for the others.
    regular = compute.and_not(
        compute.match_substring_regex(line, addresses.REGULAR_LINE),
        compute.match_substring_regex(line, addresses.IRREGULAR_WORD),
    )
    tried = map_distinct(compute.if_else(regular, NO_TEXT, line), addresses.normalise_address)
    settled: Column = compute.if_else(regular, line, tried)
    return settled
