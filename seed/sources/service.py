"""Service systems: the support desk and consent management."""

import numpy as np

from seed.chance import Texts, either, texts
from seed.dates import START, TODAY, stamped
from seed.facts import Facts, Profile, Town, covered, sight
from seed.sources.commerce import placeholders
from seed.sources.source import Extra, Source, Table, american, joined, serial, some

_SUBJECTS = texts(["late delivery", "wrong size", "refund", "cannot log in", "invoice", "broken", "change of address"])
_PURPOSES = texts(["marketing", "marketing", "profiling", "analytics", "third_party"])


def _support_seen(where: Town) -> Facts:
    chance = where.chance("support")
    who, when = covered(where, chance, 0.28, youngest=16, again=0.2)
    profile = Profile(nickname=0.2, typed=0.05, no_address=1.0, no_birth=1.0, no_phone=0.3, no_email=0.25)
    facts = placeholders(sight(where, chance, who, when, profile), chance, 0.01, 0.12)
    return facts.also(region=facts.text("region"))


def _support(where: Town, facts: Facts, ids: Texts) -> Table:
    chance = where.chance("tickets")
    size = facts.size
    opened = facts.day("observed")
    return {
        "ticket": ids, "requester": joined(facts.text("given"), facts.text("surname")), "email": facts.text("email"),
        "phone": american(facts.text("phone"), "+1 {area} {exchange} {line}"),
        "card": _sometimes(where, facts, "loyalty"),
        "opened": stamped(opened, chance.below(size, 86_400), joint=" ", end=""),
        "subject": chance.pick(size, _SUBJECTS),
        "status": chance.pick(size, texts(["open", "solved", "solved", "closed"])),
        "channel": chance.pick(size, texts(["phone", "mail", "chat", "web"])),
        "priority": chance.pick(size, texts(["low", "normal", "normal", "high"])),
    }  # fmt: skip


def _sometimes(where: Town, facts: Facts, name: str) -> Texts:
    return either(where.chance(f"support {name}").flags(facts.size, 0.3), facts.text(name), None)


def _consents(where: Town, facts: Facts, ids: Texts) -> Table:
    """Given once by most login holders with an e-mail, withdrawn later by a quarter of them."""
    chance = where.chance("consents")
    known = some(facts, "login")
    row = np.repeat(known, chance.below(len(known), 3))
    size = len(row)
    days = np.clip(facts.day("observed")[row] + chance.below(size, 120), START, TODAY)
    purpose = chance.pick(size, _PURPOSES)
    again = np.flatnonzero(chance.flags(size, 0.25))
    row, purpose = np.concatenate([row, row[again]]), np.concatenate([purpose, purpose[again]])
    later = np.minimum(days[again] + 30 + chance.below(len(again), 700), TODAY)
    status = texts(["given"] * size + ["withdrawn"] * len(again))
    size = len(row)
    return {
        "receipt": serial("cr-", size, 8), "principal": facts.text("login")[row], "purpose": purpose, "event": status,
        "at": stamped(np.concatenate([days, later]), chance.below(size, 86_400)),
        "notice": chance.pick(size, texts(["notice-2019-1", "notice-2022-3", "notice-2024-2"])),
        "collection": chance.pick(size, texts(["web form", "app", "call"])),
    }  # fmt: skip


SUPPORT = Source("support", "support.csv", lambda row: f"#{row + 70_001}", _support_seen, _support, (), False)
CONSENTS = Extra("consents.csv", _consents)
