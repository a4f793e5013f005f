"""Who lives together though the address does not say so, and who does not though it does."""

from seed.hard_cases.case import Case, home, line

_BEFORE = home("H-thackeray", "26", "Orchard Row", "Eugene", "OR", "97401")
_AFTER = home("H-thackeray", "940", "Lighthouse Way", "Bangor", "ME", "04401")
_NELL = {"given": "Eleanor", "surname": "Thackeray", "birth": "1981-02-17", "sex": "F"}
_OTTO = {"given": "Otto", "surname": "Brinkhorst", "birth": "1979-11-05", "sex": "M"}
_IDA = {"given": "Ida", "surname": "Thackeray", "birth": "2009-06-30", "sex": "F"}

MOVED_TOGETHER = Case(
    "moved_together",
    "A couple and their daughter move across the country together: the household stays the same one.",
    (
        line("crm", "P-thackeray-nell", "2015-03-02", _BEFORE, _NELL, email="nell.thackeray@gmail.com"),
        line("crm", "P-brinkhorst-otto", "2015-05-20", _BEFORE, _OTTO, email="otto.brinkhorst@outlook.com"),
        line("loyalty", "P-thackeray-ida", "2016-01-11", _BEFORE, _IDA, loyalty="7999000401"),
        line("shop", "P-thackeray-nell", "2021-09-14", _AFTER, _NELL, email="nell.thackeray@gmail.com"),
        line("shop", "P-brinkhorst-otto", "2021-10-01", _AFTER, _OTTO, email="otto.brinkhorst@outlook.com"),
        line("loyalty", "P-thackeray-ida", "2022-02-22", _AFTER, _IDA, loyalty="7999000401"),
    ),
)  # fmt: skip

ACCOUNTS_WITHOUT_ADDRESS = Case(
    "accounts_without_address",
    "Two names, no address: one bank account, one payment account and one landline make a household of them.",
    (
        line("billing", "P-zelenko-marta", "2020-04-01", given="Marta", surname="Zelenko", birth="1988-08-08", sex="F",
             household="H-zelenko", bank="DE02120300000000202051", account="d1e2f3a4b5c60401",
             landline="+12075550163"),
        line("billing", "P-aldous-finn", "2020-06-01", given="Finn", surname="Aldous", birth="1990-12-19", sex="M",
             household="H-zelenko", bank="DE02 1203 0000 0000 2020 51", account="d1e2f3a4b5c60401",
             landline="+12075550163"),
    ),
)  # fmt: skip

SHARED_BANK_DETAILS = Case(
    "shared_bank_details",
    "Husband and wife pay from one bank account, and neither gave an address: one household, two persons.",
    (
        line("billing", "P-vasilenko-oleg", "2021-02-01", given="Oleg", surname="Vasilenko", birth="1969-03-23",
             sex="M", household="H-vasilenko", bank="FR1420041010050500013M02606"),
        line("billing", "P-vasilenko-olena", "2021-02-01", given="Olena", surname="Vasilenko", birth="1972-10-02",
             sex="F", household="H-vasilenko", bank="FR14 2004 1010 0505 0001 3M02 606"),
    ),
)  # fmt: skip

SHARED_LANDLINE = Case(
    "shared_landline",
    "Brother and sister with one rare surname answer one telephone: a household, though no address is known.",
    (
        line("crm", "P-quillfeather-ansel", "2018-10-10", given="Ansel", surname="Quillfeather", birth="1994-04-04",
             sex="M", household="H-quillfeather", landline="+14065550129", email="ansel.quillfeather@gmail.com"),
        line("crm", "P-quillfeather-thea", "2019-01-07", given="Thea", surname="Quillfeather", birth="1997-09-13",
             sex="F", household="H-quillfeather", landline="+14065550129", email="theaquill@yahoo.com"),
    ),
)  # fmt: skip

_MILL = home("H-okonjo", "18", "Mill Pond Road", "Concord", "NH", "03301")

SHARED_CARD = Case(
    "shared_card",
    "Mother and son collect points on one card: two persons and one household, though he gave no address.",
    (
        line("loyalty", "P-okonjo-ada", "2017-07-01", _MILL, given="Ada", surname="Okonjo", birth="1962-05-18",
             loyalty="7999000402"),
        line("crm", "P-okonjo-ada", "2022-03-15", _MILL, given="Ada", surname="Okonjo", birth="1962-05-18", sex="F",
             email="ada.okonjo@gmail.com"),
        line("loyalty", "P-okonjo-emeka", "2022-08-09", given="Emeka", surname="Okonjo", birth="1993-01-30",
             household="H-okonjo", loyalty="7999000402"),
    ),
)  # fmt: skip

_TABLET = "7b1e4d90-5c02-4f6a-9e38-d2a6f0c81b55"

SHARED_TABLET = Case(
    "shared_tablet",
    "Two log in on one tablet: that is a hint that they live together, and no sign that they are one person.",
    (
        line("ciam", "P-rosenkrantz-vera", "2024-02-01", given="Vera", surname="Rosenkrantz", household="H-rosenkrantz",
             email="vera.rosenkrantz@gmail.com", login="usr-verarosen0001"),
        line("ciam", "P-rosenkrantz-saul", "2024-02-09", given="Saul", surname="Rosenkrantz", household="H-rosenkrantz",
             email="saulrosenkrantz@yahoo.com", login="usr-saulrosen0001"),
        line("mobile", "P-rosenkrantz-vera", "2025-03-03", household="H-rosenkrantz", device=_TABLET,
             login="usr-verarosen0001"),
        line("mobile", "P-rosenkrantz-saul", "2025-03-04", household="H-rosenkrantz", device=_TABLET,
             login="usr-saulrosen0001"),
    ),
)  # fmt: skip

_COTTAGE = ("5", "Heron Close", "Lewes", "DE", "19958")

NEXT_TENANT = Case(
    "next_tenant",
    "One left the cottage in 2012, another came in 2024: the same address, and never a household.",
    (
        line("crm", "P-tenant-first", "2012-05-05", home("H-tenant-first", *_COTTAGE), given="Gordon",
             surname="Applewhite", birth="1951-07-21", sex="M", email="gordon.applewhite@aol.com"),
        line("shop", "P-tenant-second", "2024-06-16", home("H-tenant-second", *_COTTAGE), given="Ximena",
             surname="Barrientos", email="ximena.barrientos@icloud.com"),
    ),
)  # fmt: skip

_TOWER = ("1200", "Meridian Tower Boulevard", "Jersey City", "NJ", "07302")
_GIVEN = ("Amos", "Bryony", "Cyrus", "Delphine", "Emil", "Fatima", "Gideon", "Hester", "Ivo", "Jocasta")
_STRANGERS = (
    "Abernethy", "Blankenship", "Cavendish", "Drummond", "Ellsworth", "Fairweather", "Goldfarb", "Hathersage",
    "Islington", "Jessop", "Kirkbride", "Lockhart", "Marchetti", "Netherby", "Oglethorpe", "Pemberton", "Quigley",
    "Ravenscroft", "Silverstein", "Tattersall", "Underhill", "Venables", "Wetherby", "Yarborough",
)  # fmt: skip


def _stranger(row: int) -> dict[str, str]:
    birth = f"{1950 + row * 7 % 45}-{row * 5 % 12 + 1:02}-{row * 11 % 28 + 1:02}"
    told = {"birth": birth} if row % 2 == 0 else {}
    where, email = home(f"H-meridian-{row:02}", *_TOWER), f"{_STRANGERS[row].lower()}.meridian@example.org"
    return dict(line(("crm", "shop")[row % 2], f"P-meridian-{row:02}", f"2023-{row % 12 + 1:02}-08", where,
                     given=_GIVEN[row % 10], surname=_STRANGERS[row], email=email, **told))  # fmt: skip


_HERE = home("H-meridian-family", *_TOWER)

TOWER_FAMILY = Case(
    "tower_family",
    "In a tower without unit numbers strangers stay apart; a couple of two surnames and their child, declared by one "
    "contract, are a household there.",
    (
        *(_stranger(row) for row in range(24)),
        line("billing", "P-meridian-lena", "2022-11-01", _HERE, given="Lena", surname="Achterberg", birth="1984-09-09",
             sex="F", role="head", account="e1f2a3b4c5d60401"),
        line("billing", "P-meridian-jonas", "2022-11-01", _HERE, given="Jonas", surname="Vanterpool",
             birth="1983-03-12", sex="M", role="partner", head="P-meridian-lena", account="e1f2a3b4c5d60401"),
        line("billing", "P-meridian-milo", "2022-11-01", _HERE, given="Milo", surname="Vanterpool", birth="2016-12-24",
             sex="M", role="child", head="P-meridian-lena", account="e1f2a3b4c5d60401"),
    ),
)  # fmt: skip

_LANE = ("77", "Cobbler Lane", "Salem", "MA", "01970")

DECLARED_FAMILY = Case(
    "declared_family",
    "A contract covers a stepson of another surname who gives no address: he belongs to the household of its holder.",
    (
        line("billing", "P-hallworth-june", "2021-05-01", home("H-hallworth", *_LANE),
             given="June", surname="Hallworth", birth="1976-06-06", sex="F", role="head", account="f1a2b3c4d5e60401"),
        line("billing", "P-hallworth-pascal", "2021-05-01", household="H-hallworth", given="Pascal", surname="Delorme",
             birth="2007-02-11", sex="M", role="child", head="P-hallworth-june", account="f1a2b3c4d5e60401"),
    ),
)  # fmt: skip

HOUSEHOLDS = (
    MOVED_TOGETHER, ACCOUNTS_WITHOUT_ADDRESS, SHARED_BANK_DETAILS, SHARED_LANDLINE, SHARED_CARD, SHARED_TABLET,
    NEXT_TENANT, TOWER_FAMILY, DECLARED_FAMILY,
)  # fmt: skip
