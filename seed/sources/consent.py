"""Consent management: which login holder agreed to what, and took it back when."""

import numpy as np

from seed.chance import Texts, texts
from seed.dates import START, TODAY, stamped
from seed.facts import Facts, Town
from seed.sources.source import Extra, Table, serial, some

_PURPOSES = texts(["marketing", "marketing", "profiling", "analytics", "third_party"])


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


CONSENTS = Extra("consents.csv", _consents, "consent")
