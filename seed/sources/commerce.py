"""Sales systems: customer relations, web shop, tills, loyalty programme, billing."""

import numpy as np

from seed.chance import Chance, Flags, Ints, Texts, either, present, texts
from seed.dates import NEVER, START, TODAY, YEAR, stamped, written
from seed.facts import Facts, Profile, Town, covered, named, sight
from seed.slips import initial, lost
from seed.sources.source import (
    Extra,
    Source,
    Table,
    american,
    chosen,
    joined,
    serial,
    street_line,
    uppercase,
)  # fmt: skip

CALL_CENTRE = "+18005550199"
TEST_EMAIL = "test@test.com"
_STATES = texts(["paid", "shipped", "shipped", "shipped", "returned", "cancelled"])
_GOODS = texts(["shoes", "coffee", "lamp", "book", "chair", "jacket", "phone case", "toys", "bicycle light", "tea"])


def placeholders(facts: Facts, chance: Chance, email: float, phone: float) -> Facts:
    """Some rows with `test@test.com` or the call centre's own number, as hurried clerks enter them."""
    emails, phones = facts.text("email").copy(), facts.text("phone").copy()
    emails[chance.flags(facts.size, email)] = TEST_EMAIL
    phones[chance.flags(facts.size, phone)] = CALL_CENTRE
    return facts.also(email=emails, phone=phones)


def at_office(where: Town, facts: Facts, who: Ints, chance: Chance, share: float) -> Facts:
    """Some rows with the address of the employer instead of a home."""
    employer = np.full(len(where.population.people), -1)
    employer[where.jobs.person] = where.jobs.company
    rows = np.flatnonzero(chance.flags(facts.size, share) & (employer[who] >= 0))
    place = employer[who[rows]]
    columns = {}
    for name in ("number", "street", "unit", "city", "region", "postcode", "country"):
        columns[name] = facts.text(name).copy()
        columns[name][rows] = getattr(where.companies.places, name)[place]
    columns["household"] = facts.text("household").copy()
    columns["household"][rows] = None
    return facts.also(**columns)


def _crm_seen(where: Town) -> Facts:
    chance = where.chance("crm")
    who, when = covered(where, chance, 0.55, again=0.08)
    profile = Profile(nickname=0.12, stale=0.12, no_birth=0.25, work_email=0.12)
    facts = at_office(where, sight(where, chance, who, when, profile), who, chance, 0.03)
    return placeholders(facts, chance, 0.015, 0.04)


def _crm(where: Town, facts: Facts, ids: Texts) -> Table:
    return {
        "CustomerID": ids, "FirstName": facts.text("given"), "MiddleName": facts.text("middle"),
        "LastName": joined(facts.text("surname"), facts.text("suffix")),
        "DateOfBirth": written(facts.day("birth"), "{m:02}/{d:02}/{y:04}"),
        "Gender": chosen(facts.text("sex"), {"F": "Female", "M": "Male"}), "Street": street_line(facts),
        "Unit": facts.text("unit"), "City": facts.text("city"), "State": facts.text("region"),
        "Zip": facts.text("postcode"), "Country": facts.text("country"), "Email": facts.text("email"),
        "Phone": american(facts.text("phone"), "({area}) {exchange}-{line}"), "HomePhone": facts.text("landline"),
        "LastModified": written(facts.day("observed"), "{m:02}/{d:02}/{y:04}"),
    }  # fmt: skip


def _shop_seen(where: Town) -> Facts:
    chance = where.chance("shop")
    who, when = covered(where, chance, 0.5, youngest=16, again=0.05)
    facts = sight(where, chance, who, when, Profile(nickname=0.15, folded=0.6, no_email=0.0, no_unit=0.2, stale=0.15))
    return placeholders(facts.take(np.flatnonzero(present(facts.text("email")))), chance, 0.02, 0.0)


def _shop(where: Town, facts: Facts, ids: Texts) -> Table:
    confirmed = Chance(where.seed, "shop confirmed").flags(facts.size, 0.4)
    email = facts.text("email")
    return {
        "customer_no": ids, "name": joined(facts.text("given"), facts.text("surname"), facts.text("suffix")),
        "email": email, "email_confirmed": (confirmed & (email != TEST_EMAIL)).astype(object),
        "phone": american(facts.text("phone"), "{area}-{exchange}-{line}"), "shipping_line1": street_line(facts),
        "shipping_line2": facts.text("unit"), "shipping_city": facts.text("city"),
        "shipping_state": facts.text("region"), "shipping_zip": facts.text("postcode"),
        "shipping_country": facts.text("country"), "created_at": stamped(facts.day("since"), _seconds(facts)),
        "updated_at": stamped(facts.day("observed"), _seconds(facts)),
    }  # fmt: skip


def _seconds(facts: Facts) -> Ints:
    return (np.arange(facts.size) * 7_919 + 30_000) % 86_400


def _orders(where: Town, facts: Facts, ids: Texts) -> Table:
    chance = where.chance("orders")
    row = np.repeat(np.arange(facts.size), chance.below(facts.size, 5))
    size = len(row)
    days = purchase_days(facts, row, chance)
    return {
        "order_no": serial("SO-", size), "customer_no": ids[row],
        "ordered_at": stamped(days, chance.below(size, 86_400)),
        "total": money(chance.below(size, 30_000) + 499), "cur": currency(facts, row),
        "state": chance.pick(size, _STATES), "items": chance.pick(size, _GOODS),
    }  # fmt: skip


def purchase_days(facts: Facts, row: Ints, chance: Chance) -> Ints:
    """Days up to two years around the sighting, inside the time of the world."""
    days = facts.day("observed")[row] + chance.between(len(row), -500, 300)
    inside: Ints = np.clip(days, START, TODAY)
    return inside


def money(cents: Ints) -> Texts:
    """Amounts with two decimals."""
    return texts([f"{value // 100}.{value % 100:02}" for value in cents.tolist()])


def currency(facts: Facts, row: Ints) -> Texts:
    """The currency of each row's country; dollars where the address is unknown."""
    return chosen(facts.text("country")[row], {"US": "USD", "GB": "GBP", "DE": "EUR", None: "USD"})  # type: ignore[dict-item]


def _pos_seen(where: Town) -> Facts:
    chance = where.chance("pos")
    who, when = covered(where, chance, 0.35)
    facts = sight(where, chance, who, when, Profile(typed=0.06, swapped=0.03, no_unit=1.0, no_phone=0.3))
    # A till makes a profile for a card or a phone number, never for a name alone.
    return facts.take(np.flatnonzero(present(facts.text("phone")) | present(facts.text("loyalty"))))


def _pos(where: Town, facts: Facts, ids: Texts) -> Table:
    return {
        "CUST": ids, "NAME": uppercase(joined(facts.text("surname"), facts.text("given"), by=", ")),
        "ZIP": facts.text("postcode"), "TEL": american(facts.text("phone"), "{area}{exchange}{line}"),
        "CARD": facts.text("loyalty"), "LAST_VISIT": written(facts.day("observed"), "{y:04}{m:02}{d:02}"),
    }  # fmt: skip


def _receipts(where: Town, facts: Facts, ids: Texts) -> Table:
    chance = where.chance("receipts")
    row = np.repeat(np.arange(facts.size), chance.below(facts.size, 6))
    size = len(row)
    return {
        "RECEIPT": serial("R", size, 9), "CUST": ids[row],
        "AT": stamped(purchase_days(facts, row, chance), 32_000 + chance.below(size, 36_000), joint=" ", end=""),
        "AMOUNT": money(chance.below(size, 9_000) + 99), "CUR": currency(facts, row),
        "STORE": texts([f"store {number}" for number in (chance.below(size, 24) + 1).tolist()]),
    }  # fmt: skip


def _loyalty_seen(where: Town) -> Facts:
    chance = where.chance("loyalty")
    who, when = covered(where, chance, 0.75, youngest=16)
    card = where.contacts.loyalty
    has = present(card[who])
    who, when = who[has], when[has]
    return sight(where, chance, who, when, Profile(scanned=0.05, stale=0.2, no_email=0.4, no_birth=0.2, nickname=0.03))


def _loyalty(where: Town, facts: Facts, ids: Texts) -> Table:
    return {
        "member": ids, "card_number": facts.text("loyalty"),
        "given_names": joined(facts.text("given"), facts.text("middle")),
        "family_name": joined(facts.text("surname"), facts.text("suffix")),
        "dob": written(facts.day("birth"), "{d:02}.{m:02}.{y:04}"),
        "address": joined(street_line(facts), facts.text("unit"), by=", "), "town": facts.text("city"),
        "state": facts.text("region"), "postcode": facts.text("postcode"), "land": facts.text("country"),
        "mail": facts.text("email"), "mobile": facts.text("phone"),
        "joined": written(facts.day("since"), "{d:02}.{m:02}.{y:04}"),
        "changed": written(facts.day("observed"), "{d:02}.{m:02}.{y:04}"),
    }  # fmt: skip


def _billing_seen(where: Town) -> Facts:
    """Contracts with everybody who is covered by them: the head pays, children too young for other sources appear."""
    chance = where.chance("billing")
    people = where.population.people
    paying, when = covered(where, chance, 0.4, youngest=21)
    signed = np.full(len(people), NEVER)
    signed[paying] = when
    grown = np.asarray(people.role == "child", dtype=np.bool_) & (people.birth + 25 * YEAR < TODAY)
    holder = np.where(grown, np.arange(len(people)), people.head)
    own = signed[holder]
    who = np.flatnonzero((own != NEVER) & (people.birth + 100 < own) & (people.role != "parent"))
    who = who[_living_with(where, who, holder[who], own[who])]
    facts = sight(where, chance, who, own[who], Profile(nickname=0.02, no_birth=0.03, no_email=0.5, no_unit=0.03))
    alone, child = grown[who], np.asarray(people.role[who] == "child", dtype=np.bool_) & ~grown[who]
    given = facts.text("given")
    return facts.also(
        head=named("P", holder[who]), account=where.contacts.account[holder[who]],
        role=either(~alone, facts.text("role"), "head"),
        phone=either(~child, facts.text("phone"), None), email=either(~child, facts.text("email"), None),
        national_id=lost(facts.text("national_id"), chance, 0.3),
        given=either(chance.flags(facts.size, 0.95), given, initial(given)),
    )  # fmt: skip


def _living_with(where: Town, who: Ints, holder: Ints, day: Ints) -> Flags:
    """True for those alive who have a home on the day, the holder's own or, for a child, any."""
    people, homes = where.population.people, where.population.residencies
    known = np.zeros(len(people), dtype=np.bool_)
    known[homes.person] = True
    never = np.zeros(len(who), dtype=np.bool_)
    own, other = (homes.household[homes.shown(person, day, never, never)] for person in (who, holder))
    alive = (people.death[who] == NEVER) | (people.death[who] > day)
    together: Flags = known[who] & known[holder] & alive & ((own == other) | (people.role[who] == "child"))
    return together


def _billing(where: Town, facts: Facts, ids: Texts) -> Table:
    entity, head = facts.text("entity").tolist(), facts.text("head").tolist()
    row_of = {name: row for row, name in reversed(list(enumerate(entity)))}
    holder = [row_of.get(name) if name != own else None for name, own in zip(head, entity, strict=True)]
    return {
        "member_no": ids, "contract_holder": texts([None if row is None else ids[row] for row in holder]),
        "role": chosen(facts.text("role"), {"head": "subscriber", "partner": "spouse", "child": "dependent"}),
        "first": facts.text("given"), "middle_initial": initial(facts.text("middle")),
        "last": joined(facts.text("surname"), facts.text("suffix")), "dob": written(facts.day("birth")),
        "ssn": facts.text("national_id"), "house_no": facts.text("number"), "street": facts.text("street"),
        "unit": facts.text("unit"), "city": facts.text("city"), "state": facts.text("region"),
        "zip": facts.text("postcode"), "country": facts.text("country"), "email": facts.text("email"),
        "mobile": facts.text("phone"), "landline": facts.text("landline"), "account_hash": facts.text("account"),
        "iban": facts.text("bank"),
        "valid_from": written(facts.day("since")), "updated": written(facts.day("observed")),
    }  # fmt: skip


CRM = Source("crm", "crm.csv", lambda row: f"C-{row + 1:07}", _crm_seen, _crm)
SHOP = Source(
    "shop", "shop.jsonl", lambda row: f"{row + 5_000_001}", _shop_seen, _shop, (Extra("shop_orders.csv", _orders),)
)
POS = Source(
    "pos",
    "pos.tsv",
    lambda row: f"T{row % 24 + 1:02}-{row:07}",
    _pos_seen,
    _pos,
    (Extra("pos_receipts.tsv", _receipts),),
    shows_home=False,
)
LOYALTY = Source("loyalty", "loyalty.csv", lambda row: f"LM{row:08}", _loyalty_seen, _loyalty)
BILLING = Source("billing", "billing.parquet", lambda row: f"B{row + 100_000:08}", _billing_seen, _billing)
