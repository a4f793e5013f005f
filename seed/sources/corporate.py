"""Systems that know organisations: staff, the company register, invoicing, master data."""

import json

import numpy as np

from seed.chance import Chance, Floats, Ints, Texts, either, nothing, texts
from seed.dates import NEVER, START, TODAY, YEAR, stamped, written
from seed.facts import Facts, Profile, Town, covered, named, sight
from seed.slips import lost, misread, mistyped
from seed.sources.commerce import money, purchase_days
from seed.sources.source import Extra, Source, Table, american, joined, serial, street_line

_LONG_FORMS = {
    "Inc.": "Incorporated", "Corp.": "Corporation", "Ltd": "Limited", "Co.": "Company",
    "GmbH": "Gesellschaft mit beschränkter Haftung", "PLC": "plc", "AG": "Aktiengesellschaft",
}  # fmt: skip


def sighted(where: Town, chance: Chance, rows: Ints, typed: float, office: float = 0.0) -> Facts:
    """What these organisations look like to a source; `office` is the share shown at another group member's address."""
    firms = where.companies
    place = np.where(chance.flags(len(rows), office) & (firms.parent[rows] >= 0), firms.parent[rows], rows)
    form = firms.form[rows]
    long = chance.flags(len(rows), 0.15)
    form = texts(
        [_LONG_FORMS.get(word, word) if wide else word for word, wide in zip(form, long.tolist(), strict=True)]
    )
    name = misread(mistyped(firms.name[rows], chance, typed), chance, typed / 2)
    parent, second = firms.parent[rows], firms.second[rows]
    return Facts(
        len(rows),
        {
            "entity": named("O", rows), "kind": texts(["organisation"] * len(rows)), "name": name, "form": form,
            "industry": firms.industry[rows], "register": firms.register[rows], "lei": firms.lei[rows],
            "tax_id": firms.tax_id[rows], "domain": firms.domain[rows], "phone": firms.phone[rows],
            "parent": either(parent >= 0, firms.register[parent], None),
            "parent_entity": either(parent >= 0, named("O", parent), None),
            "share": either(parent >= 0, _percent(firms.share[rows]), None),
            "second": either(second >= 0, firms.register[second], None),
            "second_share": either(second >= 0, _percent(firms.second_share[rows]), None),
            "branch": np.where(firms.branch[rows], "branch", "company"),
            **{part: getattr(firms.places, part)[place]
               for part in ("number", "street", "unit", "city", "region", "postcode", "country")},
        },
        {"founded": firms.founded[rows], "owned_since": np.where(parent >= 0, firms.since[rows], NEVER),
         "observed": TODAY - chance.below(len(rows), 3 * YEAR)},
    )  # fmt: skip


def _percent(shares: Floats) -> Texts:
    return texts([f"{share:.0f}" for share in shares.tolist()])


def _register_seen(where: Town) -> Facts:
    return sighted(where, where.chance("register"), np.arange(len(where.companies)), 0.0)


def _register(where: Town, facts: Facts, ids: Texts) -> Table:
    return {
        "entry": ids, "registerNumber": facts.text("register"),
        "legalName": joined(facts.text("name"), facts.text("form")),
        "legalForm": facts.text("form"), "entityType": facts.text("branch"), "lei": facts.text("lei"),
        "vat": facts.text("tax_id"), "activity": facts.text("industry"), "incorporated": written(facts.day("founded")),
        "seatStreet": street_line(facts), "seatUnit": facts.text("unit"), "seatCity": facts.text("city"),
        "seatRegion": facts.text("region"), "seatPostcode": facts.text("postcode"),
        "seatCountry": facts.text("country"),
        "parentNumber": facts.text("parent"), "parentShare": facts.text("share"),
        "parentSince": written(facts.day("owned_since")), "secondParentNumber": facts.text("second"),
        "secondParentShare": facts.text("second_share"), "asOf": written(facts.day("observed")),
    }  # fmt: skip


def _hr_seen(where: Town) -> Facts:
    """The staff of a shared payroll service: three in five employments."""
    chance = where.chance("hr")
    jobs = where.jobs
    known = np.zeros(len(where.population.people), dtype=np.bool_)
    known[where.population.residencies.person] = True
    rows = np.flatnonzero(chance.flags(len(jobs.person), 0.6) & known[jobs.person] & (jobs.hired < TODAY - 60))
    until = np.where(jobs.left[rows] == NEVER, TODAY, jobs.left[rows])
    hired = np.minimum(jobs.hired[rows], until - 30)
    when = np.maximum(hired + np.floor(chance.unit(len(rows)) * (until - hired)).astype(np.int64), START)
    facts = sight(
        where, chance, jobs.person[rows], when, Profile(nickname=0.01, no_birth=0.0, typed=0.02, no_middle=0.3)
    )
    firm = jobs.company[rows]
    return facts.also(
        employer=where.companies.register[firm], employer_name=where.companies.name[firm], job=jobs.title[rows],
        email=jobs.email[rows], private=lost(facts.text("email"), chance, 0.4),
    ).dated(hired=hired, left=jobs.left[rows])  # fmt: skip


def _hr(where: Town, facts: Facts, ids: Texts) -> Table:
    return {
        "EMP_NO": ids, "FIRST_NAME": facts.text("given"), "MIDDLE_NAME": facts.text("middle"),
        "LAST_NAME": joined(facts.text("surname"), facts.text("suffix")),
        "BIRTH_DATE": written(facts.day("birth"), "{d:02}-{m:02}-{y:04}"),
        "SEX": facts.text("sex"), "NATIONAL_ID": facts.text("national_id"),
        "HOME_ADDRESS": joined(street_line(facts), facts.text("unit")),
        "HOME_CITY": facts.text("city"), "HOME_STATE": facts.text("region"), "HOME_ZIP": facts.text("postcode"),
        "COUNTRY": facts.text("country"), "WORK_EMAIL": facts.text("email"), "PRIVATE_EMAIL": facts.text("private"),
        "MOBILE": facts.text("phone"), "EMPLOYER_NO": facts.text("employer"),
        "EMPLOYER_NAME": facts.text("employer_name"),
        "JOB_TITLE": facts.text("job"), "HIRED": written(facts.day("hired"), "{d:02}-{m:02}-{y:04}"),
        "LEFT": written(facts.day("left"), "{d:02}-{m:02}-{y:04}"),
        "CHANGED": written(facts.day("observed"), "{d:02}-{m:02}-{y:04}"),
    }  # fmt: skip


def _erp_seen(where: Town) -> Facts:
    """Business customers, some twice, often known by a trading name and at the address of the group."""
    chance = where.chance("erp")
    rows = np.flatnonzero(chance.flags(len(where.companies), 0.7))
    rows = np.concatenate([rows, rows[chance.flags(len(rows), 0.15)]])
    facts = sighted(where, chance, rows, 0.06, office=0.2)
    return facts.also(
        tax_id=lost(facts.text("tax_id"), chance, 0.35), domain=lost(facts.text("domain"), chance, 0.3),
        form=lost(facts.text("form"), chance, 0.2), phone=lost(facts.text("phone"), chance, 0.4),
    )  # fmt: skip


def _erp(where: Town, facts: Facts, ids: Texts) -> Table:
    organisation = np.asarray(facts.text("kind") == "organisation", dtype=np.bool_)
    return {
        "CustNo": ids, "Type": np.where(organisation, "B", "P").astype(object),
        "CompanyName": joined(facts.text("name"), facts.text("form")), "ContactFirst": facts.text("given"),
        "ContactLast": facts.text("surname"), "BirthDate": written(facts.day("birth")), "VatNo": facts.text("tax_id"),
        "Web": facts.text("domain"),
        "Mail": facts.text("email"), "Tel": american(facts.text("phone"), "{area}.{exchange}.{line}"),
        "Addr1": street_line(facts), "Addr2": facts.text("unit"), "City": facts.text("city"),
        "State": facts.text("region"), "Zip": facts.text("postcode"), "Country": facts.text("country"),
        "Changed": written(facts.day("observed"), "{y:04}/{m:02}/{d:02}"),
    }  # fmt: skip


def _invoices(where: Town, facts: Facts, ids: Texts) -> Table:
    chance = where.chance("invoices")
    row = np.repeat(np.arange(facts.size), chance.below(facts.size, 6))
    size = len(row)
    return {
        "InvoiceNo": serial("INV", size), "CustNo": ids[row],
        "Date": written(purchase_days(facts, row, chance), "{y:04}/{m:02}/{d:02}"),
        "Net": money(chance.below(size, 4_000_000) + 5_000), "Currency": texts(["USD"] * size),
        "Paid": chance.pick(size, texts(["paid", "paid", "open", "overdue"])),
    }  # fmt: skip


def _mdm_seen(where: Town) -> Facts:
    """The old master-data system: the best customers and the groups, as they were when it was last fed."""
    chance = where.chance("mdm")
    who, when = covered(where, chance, 0.2)
    persons = sight(where, chance, who, when, Profile(scanned=0.03, stale=0.3, no_phone=0.4))
    rows = np.flatnonzero(chance.flags(len(where.companies), 0.5))
    return persons.then(sighted(where, chance, rows, 0.04))


def _mdm(where: Town, facts: Facts, ids: Texts) -> Table:
    """Senzing JSON: one document a row under `json`."""
    row_of = {name: row for row, name in reversed(list(enumerate(facts.text("entity").tolist())))}
    organisation = np.asarray(facts.text("kind") == "organisation", dtype=np.bool_)
    parent = facts.text("parent_entity").tolist()
    anchored = {row_of[name] for name in parent if name in row_of}
    columns = {
        "NAME_ORG": either(organisation, joined(facts.text("name"), facts.text("form")), None),
        "NAME_FIRST": facts.text("given"), "NAME_MIDDLE": facts.text("middle"), "NAME_LAST": facts.text("surname"),
        "NAME_SUFFIX": facts.text("suffix"), "GENDER": facts.text("sex"), "DATE_OF_BIRTH": written(facts.day("birth")),
        "ADDR_LINE1": street_line(facts), "ADDR_LINE2": facts.text("unit"), "ADDR_CITY": facts.text("city"),
        "ADDR_STATE": facts.text("region"), "ADDR_POSTAL_CODE": facts.text("postcode"),
        "ADDR_COUNTRY": facts.text("country"), "PHONE_NUMBER": facts.text("phone"),
        "EMAIL_ADDRESS": facts.text("email"),
        "SSN_NUMBER": either(~organisation & (facts.text("country") == "US"), facts.text("national_id"), None),
        "LEI_NUMBER": facts.text("lei"), "TAX_ID_NUMBER": either(organisation, facts.text("tax_id"), None),
        "WEBSITE_ADDRESS": facts.text("domain"), "REGISTRATION_DATE": written(facts.day("founded")),
    }  # fmt: skip
    lists = {name: column.tolist() for name, column in columns.items()}
    seen = stamped(facts.day("observed"), np.zeros(facts.size, dtype=np.int64))
    out = nothing(facts.size)
    for row in range(facts.size):
        document = {"DATA_SOURCE": "mdm", "RECORD_ID": ids[row],
                    "RECORD_TYPE": "ORGANIZATION" if organisation[row] else "PERSON",
                    "LAST_UPDATE": seen[row]}  # fmt: skip
        document |= {name: values[row] for name, values in lists.items() if values[row] is not None}
        if row in anchored:
            document |= {"REL_ANCHOR_DOMAIN": "mdm", "REL_ANCHOR_KEY": ids[row]}
        target = row_of.get(parent[row]) if parent[row] else None
        if target is not None:
            document |= {
                "REL_POINTER_DOMAIN": "mdm",
                "REL_POINTER_KEY": ids[target],
                "REL_POINTER_ROLE": "SUBSIDIARY_OF",
            }
        out[row] = json.dumps(document, ensure_ascii=False)
    return {"json": out, "RECORD_ID": ids}


HR = Source("hr", "hr.csv", lambda row: f"E{row + 1:06}", _hr_seen, _hr)
REGISTER = Source("register", "register.jsonl", lambda row: f"reg-{row + 1:06}", _register_seen, _register)
ERP = Source("erp", "erp.csv", lambda row: f"{row + 300_001}", _erp_seen, _erp, (Extra("erp_invoices.csv", _invoices),))
MDM = Source("mdm", "mdm.senzing.jsonl", lambda row: f"M{row + 1:07}", _mdm_seen, _mdm, mapped=False)
