"""The support desk."""

from seed.chance import Texts, either, texts
from seed.dates import stamped
from seed.facts import Facts, Profile, Town, covered, sight
from seed.sources.commerce import placeholders
from seed.sources.source import Source, Table, american, joined

_SUBJECTS = texts(["late delivery", "wrong size", "refund", "cannot log in", "invoice", "broken", "change of address"])


def _support_seen(where: Town) -> Facts:
    chance = where.chance("support")
    who, when = covered(where, chance, 0.28, youngest=16, again=0.2)
    profile = Profile(nickname=0.2, typed=0.05, no_address=1.0, no_birth=1.0, no_phone=0.2, no_email=0.12)
    facts = placeholders(sight(where, chance, who, when, profile), chance, 0.01, 0.08)
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


SUPPORT = Source("support", "support.csv", lambda row: f"#{row + 70_001}", _support_seen, _support, (), False)
