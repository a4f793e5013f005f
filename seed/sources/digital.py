"""Digital systems: logins, web visits, app installations, newsletter, advertising."""

import numpy as np

from seed.chance import Chance, Ints, Texts, either, nothing, present, texts
from seed.dates import START, TODAY, stamped, written
from seed.facts import Facts, Profile, Town, covered, named, sight
from seed.sources.consent import CONSENTS
from seed.sources.source import Extra, Source, Table, serial, some

_PAGES = texts(["/", "/shoes", "/sale", "/cart", "/account", "/help", "/stores", "/returns"])


def _ciam_seen(where: Town) -> Facts:
    chance = where.chance("ciam")
    who, when = _holders(where, where.contacts.login, covered(where, chance, 3.0, youngest=14))
    return sight(where, chance, who, when, Profile(nickname=0.15, no_email=0.0, no_phone=0.5, no_birth=0.6, typed=0.02))


def _holders(where: Town, column: Texts, seen: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    who, when = seen
    has = present(column[who])
    return who[has], when[has]


def _ciam(where: Town, facts: Facts, ids: Texts) -> Table:
    chance = Chance(where.seed, "ciam verified")
    phone = chance.flags(facts.size, 0.3)
    email = chance.flags(facts.size, 0.75) & (facts.text("email") != "test@test.com")
    return {
        "sub": ids, "login": facts.text("login"), "given_name": facts.text("given"),
        "family_name": facts.text("surname"), "email": facts.text("email"),
        "email_verified": either(present(facts.text("email")), email.astype(object), None),
        "phone_number": facts.text("phone"),
        "phone_number_verified": either(present(facts.text("phone")), phone.astype(object), None),
        "birthdate": written(facts.day("birth")), "created_at": stamped(facts.day("since"), _seconds(facts)),
        "updated_at": stamped(facts.day("observed"), _seconds(facts)),
    }  # fmt: skip


def _seconds(facts: Facts) -> Ints:
    return (np.arange(facts.size) * 6_151 + 20_000) % 86_400


def _logins(where: Town, facts: Facts, ids: Texts) -> Table:
    chance = where.chance("logins")
    row = np.repeat(np.arange(facts.size), chance.below(facts.size, 4))
    row = row[np.isin(row, some(facts, "login"))]
    size = len(row)
    return {
        "id": serial("LG", size), "login": facts.text("login")[row],
        "at": stamped(_around(facts, row, chance), chance.below(size, 86_400), joint=" ", end="+00:00"),
        "method": chance.pick(size, texts(["password", "password", "code", "passkey"])),
        "result": chance.pick(size, texts(["ok", "ok", "ok", "ok", "failed"])),
    }  # fmt: skip


def _around(facts: Facts, row: Ints, chance: Chance) -> Ints:
    days = facts.day("observed")[row] + chance.between(len(row), -30, 200)
    inside: Ints = np.clip(days, START, TODAY)
    return inside


def _web_seen(where: Town) -> Facts:
    """Browsers: one row for what a cookie did before a login, one for each login that it met later."""
    chance = where.chance("web")
    contact = where.contacts
    who, when = covered(where, chance, 0.5, youngest=12)
    parts = []
    for cookies in (contact.cookie, contact.cookie_second, contact.cookie_home):
        owner, day = _holders(where, cookies, (who, when))
        cookie, login = cookies[owner], contact.login[owner]
        logs_in = chance.flags(len(owner), 0.7) & present(login)
        anonymous = chance.flags(len(owner), 0.5) & logs_in
        entity, address = named("P", owner), _home_addresses(where.population.people.head[owner])
        # Whoever never logs in is nobody that the other sources could know.
        stranger = texts([f"V-{value}" for value in cookie.tolist()])
        parts.append(_browser(np.where(logs_in, entity, stranger), cookie, either(logs_in, login, None), day, address))
        rows = np.flatnonzero(anonymous)
        parts.append(_browser(entity[rows], cookie[rows], nothing(len(rows)), day[rows] - 3, address[rows]))
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.then(part)
    return _without_repeats(whole)


def _home_addresses(head: Ints) -> Texts:
    """One internet address per family, from the range that providers share among customers."""
    return texts([f"100.{64 + row % 64}.{row // 64 % 256}.{row // 16_384 % 256}" for row in head.tolist()])


def _browser(entity: Texts, cookie: Texts, login: Texts, day: Ints, ip: Texts) -> Facts:
    day = np.clip(day, START + 40, TODAY)
    return Facts(
        len(entity),
        {"entity": entity, "cookie": cookie, "login": login, "ip": ip},
        {"observed": day, "since": day - 20},
    )


def _without_repeats(facts: Facts) -> Facts:
    """One row per cookie and login; what a browser did anonymously belongs to whoever logged in on it first."""
    seen: dict[tuple[str, str | None], int] = {}
    first: dict[str, str] = {}
    cookies, logins = facts.text("cookie").tolist(), facts.text("login").tolist()
    entity = facts.text("entity").copy()
    for row, (cookie, login) in enumerate(zip(cookies, logins, strict=True)):
        seen.setdefault((cookie, login), row)
        if login is not None:
            first.setdefault(cookie, entity[row])
    for (cookie, login), row in seen.items():
        if login is None:
            entity[row] = first.get(cookie, entity[row])
    return facts.also(entity=entity).take(np.asarray(list(seen.values()), dtype=np.int64))


def _web(where: Town, facts: Facts, ids: Texts) -> Table:
    seconds = _seconds(facts)
    return {
        "visitor": ids, "cookie": facts.text("cookie"), "login_id": facts.text("login"),
        "ip": facts.text("ip"),
        "first_seen": stamped(facts.day("since"), seconds), "last_seen": stamped(facts.day("observed"), seconds),
    }  # fmt: skip


def _visits(where: Town, facts: Facts, ids: Texts) -> Table:
    chance = where.chance("visits")
    row = np.repeat(np.arange(facts.size), 1 + chance.below(facts.size, 3))
    size = len(row)
    span = np.maximum(facts.day("observed")[row] - facts.day("since")[row], 1)
    return {
        "event": serial("v", size, 9), "cookie": facts.text("cookie")[row],
        "at": stamped(facts.day("since")[row] + chance.below(size, span), chance.below(size, 86_400)),
        "page": chance.pick(size, _PAGES), "referrer": chance.pick(size, texts(["search", "mail", "ad", "direct"])),
    }  # fmt: skip


def _mobile_seen(where: Town) -> Facts:
    chance = where.chance("mobile")
    contact = where.contacts
    who, when = _holders(where, contact.device, covered(where, chance, 0.6, youngest=13))
    login = contact.login[who]
    logs_in = chance.flags(len(who), 0.8) & present(login)
    tablet = chance.flags(len(who), 0.6) & present(contact.device_home[who])
    device = np.where(tablet & logs_in, contact.device_home[who], contact.device[who])
    stranger = texts([f"V-{value}" for value in contact.device[who].tolist()])
    return Facts(
        len(who),
        {"entity": np.where(logs_in, named("P", who), stranger), "device": device, "token": contact.token[who],
         "login": either(logs_in, login, None)},
        {"observed": when, "since": np.maximum(when - chance.below(len(who), 300), START)},
    )  # fmt: skip


def _mobile(where: Town, facts: Facts, ids: Texts) -> Table:
    return {
        "installation": ids, "device_id": facts.text("device"), "push_token": facts.text("token"),
        "user": facts.text("login"), "app_version": texts([f"5.{row % 12}" for row in range(facts.size)]),
        "first_open": stamped(facts.day("since"), _seconds(facts)),
        "last_open": stamped(facts.day("observed"), _seconds(facts)),
    }  # fmt: skip


def _newsletter_seen(where: Town) -> Facts:
    chance = where.chance("newsletter")
    who, when = covered(where, chance, 0.4, youngest=16)
    facts = sight(where, chance, who, when, Profile(no_email=0.0, no_address=1.0, nickname=0.2, typed=0.01))
    keep = some(facts, "email")
    given = either(chance.flags(facts.size, 0.7), facts.text("given"), None)
    return facts.also(given=given).take(keep)


def _newsletter(where: Town, facts: Facts, ids: Texts) -> Table:
    chance = where.chance("newsletter consent")
    return {
        "subscriber": ids, "mail": facts.text("email"), "first_name": facts.text("given"),
        "last_name": either(chance.flags(facts.size, 0.5), facts.text("surname"), None),
        "confirmed": chance.pick(facts.size, texts(["yes", "yes", "no"])),
        "state": chance.pick(facts.size, texts(["subscribed", "subscribed", "subscribed", "unsubscribed"])),
        "subscribed_on": written(facts.day("observed"), "{d:02}/{m:02}/{y:04}"),
        "form": chance.pick(facts.size, texts(["footer", "checkout", "landing page"])),
    }  # fmt: skip


def _touches(where: Town, facts: Facts, ids: Texts) -> Table:
    chance = where.chance("touches")
    row = np.flatnonzero(chance.flags(facts.size, 0.4))
    return {
        "impression": serial("im", len(row), 9), "device": facts.text("device")[row],
        "campaign": chance.pick(len(row), texts(["spring", "summer", "outlet", "brand"])),
        "shown_at": stamped(_around(facts, row, chance), chance.below(len(row), 86_400)),
        "result": chance.pick(len(row), texts(["seen", "seen", "seen", "clicked"])),
    }  # fmt: skip


CIAM = Source(
    "ciam",
    "ciam.jsonl",
    lambda row: f"acc{row + 1:08x}",
    _ciam_seen,
    _ciam,
    (Extra("ciam_logins.csv", _logins), CONSENTS),
    False,
)
WEB = Source(
    "web", "web.csv", lambda row: f"vis-{row + 1:08}", _web_seen, _web, (Extra("web_visits.jsonl", _visits),), False
)
MOBILE = Source(
    "mobile",
    "mobile.parquet",
    lambda row: f"ins-{row + 1:07}",
    _mobile_seen,
    _mobile,
    (Extra("ads_touches.csv", _touches, "ads"),),
    shows_home=False,
)
NEWSLETTER = Source("newsletter", "newsletter.tsv", lambda row: f"N{row + 1}", _newsletter_seen, _newsletter, (), False)
