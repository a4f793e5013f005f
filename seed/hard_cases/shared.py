"""Identifiers that several persons carry, at once or one after the other, and those that nobody owns."""

from seed.hard_cases.case import Case, home, line
from seed.sources.commerce import CALL_CENTRE, TEST_EMAIL

_CALLERS = (
    ("Priya", "Nair", "1991-02-03"), ("Owen", "Fletcher", "1964-08-22"), ("Tamika", "Booker", "1987-12-15"),
    ("Henrik", "Lund", "1955-03-31"), ("Alicia", "Moreno", "1999-09-09"), ("Walter", "Quinn", "1972-06-18"),
)  # fmt: skip
_TESTERS = (
    ("Samuel", "Ortega", "1983-01-25"), ("Beatrice", "Lang", "1994-11-02"), ("Dmitri", "Volkov", "1978-04-14"),
    ("Yasmin", "Haddad", "2000-07-07"), ("Gregory", "Stokes", "1969-10-20"), ("Nadia", "Petrova", "1990-05-05"),
)  # fmt: skip


def _at(tag: str, row: int) -> dict[str, str]:
    towns = (("Omaha", "NE", "68102"), ("Tulsa", "OK", "74103"), ("Boise", "ID", "83702"))
    city, region, postcode = towns[row % 3]
    return home(
        f"H-{tag}-{row}", str(210 + 17 * row), ("Walnut Street", "Harbor Road")[row % 2], city, region, postcode
    )


CALL_CENTRE_PHONE = Case(
    "call_centre_phone",
    "Agents enter the call centre's own number for hundreds of callers: it joins nobody.",
    tuple(
        line(("crm", "support")[row % 2], f"P-caller-{row}", f"2024-0{row + 1}-11",
             _at("caller", row) if row % 2 == 0 else {},
             given=given, surname=surname, phone=CALL_CENTRE, **({"birth": birth} if row % 2 == 0 else {}))
        for row, (given, surname, birth) in enumerate(_CALLERS)
    ),
)  # fmt: skip

TEST_EMAIL_ADDRESS = Case(
    "test_email",
    "test@test.com stands where no e-mail was known: it joins nobody.",
    tuple(
        line(("crm", "shop")[row % 2], f"P-tester-{row}", f"2023-0{row + 1}-21", _at("tester", row),
             given=given, surname=surname, birth=birth, email=TEST_EMAIL)
        for row, (given, surname, birth) in enumerate(_TESTERS)
    ),
)  # fmt: skip

RECYCLED_PHONE = Case(
    "recycled_phone",
    "One gave the number up in 2014, the other has had it since 2024: a number ten years apart is no link, nor is it "
    "where the one who asked from it in 2013 was called Chloe as well.",
    (
        line("support", "P-recycled-before", "2013-04-02", given="Chloe", phone="+12185550147"),
        line("crm", "P-recycled-first", "2014-03-10",
             home("H-recycled-first", "51", "Quarry Road", "Duluth", "MN", "55804"),
             given="Harold", surname="Lindqvist", birth="1948-01-29", sex="M", phone="+12185550147"),
        line("shop", "P-recycled-second", "2025-05-16",
             home("H-recycled-second", "1420", "Aspen Court", "Saint Paul", "MN", "55116"),
             given="Chloe", surname="Vang", email="chloe.vang@icloud.com", phone="+12185550147"),
        line("ciam", "P-recycled-second", "2025-05-16", given="Chloe", surname="Vang", birth="2002-08-04",
             email="chloe.vang@icloud.com", phone="+12185550147", login="usr-chloevang001"),
    ),
)  # fmt: skip

SHARED_BROWSER = Case(
    "shared_browser",
    "Two persons log in on one browser: one cookie, two logins, two persons.",
    (
        line("ciam", "P-browser-anna", "2025-02-01", given="Anna", surname="Kowalski", email="anna.kowalski@gmail.com",
             login="usr-annakow00001"),
        line("ciam", "P-browser-tom", "2025-02-03", given="Tom", surname="Kowalski", email="tomkowalski@yahoo.com",
             login="usr-tomkow000001"),
        line("web", "P-browser-anna", "2025-03-01", cookie="ck.sharedbrowser001", login="usr-annakow00001"),
        line("web", "P-browser-tom", "2025-03-02", cookie="ck.sharedbrowser001", login="usr-tomkow000001"),
    ),
)  # fmt: skip

REUSED_BROWSER = Case(
    "reused_browser",
    "What a browser on a second-hand machine was known by in 2016 comes back in 2025 with another's login: the old "
    "visit stays by itself, that of the day before joins the login for good.",
    (
        line("web", "P-reused-before", "2016-02-11", cookie="ck.reusedbrowser001"),
        line("web", "P-reused-after", "2025-08-19", cookie="ck.reusedbrowser001"),
        line("web", "P-reused-after", "2025-08-20", cookie="ck.reusedbrowser001", login="usr-inesmarin001"),
        line("ciam", "P-reused-after", "2024-05-02", given="Ines", surname="Marin", birth="1990-07-30",
             email="ines.marin@gmail.com", login="usr-inesmarin001"),
    ),
)  # fmt: skip

ANONYMOUS_VISITOR = Case(
    "anonymous_visitor",
    "A cookie without a name logs in a day later: what was seen before belongs to the person of the login.",
    (
        line("web", "P-visitor-ben", "2025-06-10", cookie="ck.anonymous000001"),
        line("web", "P-visitor-ben", "2025-06-11", cookie="ck.anonymous000001", login="usr-benarcher001"),
        line("ciam", "P-visitor-ben", "2024-12-01", given="Ben", surname="Archer", birth="1995-03-12",
             email="ben.archer95@gmail.com", login="usr-benarcher001"),
        line("shop", "P-visitor-ben", "2025-01-08", home("H-archer", "630", "Canal Street", "Richmond", "VA", "23220"),
             given="Benjamin", surname="Archer", email="ben.archer95@gmail.com"),
        line("mobile", "P-visitor-ben", "2025-06-20", device="0d9f2c11-77aa-4be1-a0c3-5f1e2d3c4b5a",
             token="apns:benarcherphone", login="usr-benarcher001"),
    ),
)  # fmt: skip

_PIER = home("H-delgado", "77", "Pier Avenue", "Santa Monica", "CA", "90405")

FAMILY_EMAIL = Case(
    "family_email",
    "Husband and wife use one e-mail address: two persons, one household.",
    (
        line("crm", "P-delgado-rosa", "2018-07-04", _PIER, given="Rosa", surname="Delgado", birth="1966-02-17", sex="F",
             email="thedelgados@aol.com"),
        line("crm", "P-delgado-victor", "2018-07-21", _PIER, given="Victor", surname="Delgado", birth="1963-09-28",
             sex="M",
             email="thedelgados@aol.com"),
        line("shop", "P-delgado-rosa", "2020-12-12", _PIER, given="Rosa", surname="Delgado",
             email="thedelgados@aol.com"),
    ),
)  # fmt: skip

_OFFICE = home("", "1", "Larkfield Plaza", "Hartford", "CT", "06103")

OFFICE_ADDRESS = Case(
    "office_address",
    "Colleagues have their parcels sent to the office: different persons, and the office is no household.",
    tuple(
        line("shop", f"P-office-{row}", f"2024-1{row}-05", _OFFICE, given=given, surname=surname, email=email)
        for row, (given, surname, email) in enumerate((
            ("Simone", "Baptiste", "simone.baptiste@larkfield-holdings.com"),
            ("Craig", "Ellison", "craig.ellison@larkfield-holdings.com"),
            ("Mei", "Tanaka", "mei.tanaka@larkfield-holdings.com"),
        ))
    ),
)  # fmt: skip

SHARED = (
    CALL_CENTRE_PHONE, TEST_EMAIL_ADDRESS, RECYCLED_PHONE, SHARED_BROWSER, REUSED_BROWSER, ANONYMOUS_VISITOR,
    FAMILY_EMAIL, OFFICE_ADDRESS,
)  # fmt: skip
