"""Persons who are easily taken for one another because they live, or lived, together; and homes that overlap."""

from seed.hard_cases.case import Case, home, line

_ELM = home("H-ashworth", "118", "Elm Street", "Rochester", "MN", "55901")
_ETHAN = {"given": "Ethan", "surname": "Ashworth", "birth": "2001-03-14", "sex": "M"}
_EVAN = {"given": "Evan", "surname": "Ashworth", "birth": "2001-03-14", "sex": "M"}

TWINS = Case(
    "twins",
    "Twins share surname, birth date and address; only the given name tells them apart.",
    (
        line("billing", "P-ashworth-ruth", "2019-05-02", _ELM, given="Ruth", surname="Ashworth", birth="1973-07-30",
             sex="F", role="head", account="a5f0c1d2e3b40001", landline="+15072890411"),
        line("billing", "P-ashworth-ethan", "2019-05-02", _ELM, _ETHAN, role="child", head="P-ashworth-ruth",
             account="a5f0c1d2e3b40001", landline="+15072890411"),
        line("billing", "P-ashworth-evan", "2019-05-02", _ELM, _EVAN, role="child", head="P-ashworth-ruth",
             account="a5f0c1d2e3b40001", landline="+15072890411"),
        line("crm", "P-ashworth-ethan", "2022-01-15", _ELM, _ETHAN, email="ethan.ashworth@gmail.com"),
        line("crm", "P-ashworth-evan", "2022-03-09", _ELM, _EVAN, email="evanash01@outlook.com"),
        line("shop", "P-ashworth-ethan", "2023-11-24", _ELM, _ETHAN, email="ethan.ashworth@gmail.com"),
        line("shop", "P-ashworth-evan", "2023-12-02", _ELM, _EVAN, email="evanash01@outlook.com", phone="+15072025518"),
    ),
)  # fmt: skip

_NAME = {"given": "Robert", "surname": "Caldwell", "sex": "M"}
_FERN = home("H-caldwell", "7", "Fern Hollow Road", "Akron", "OH", "44313")

FATHER_AND_SON = Case(
    "father_and_son",
    "Father and son have one name and one address; birth dates and sometimes a suffix tell them apart.",
    (
        line("crm", "P-caldwell-senior", "2016-02-11", _FERN, _NAME, birth="1961-09-03", phone="+13308670155"),
        line("loyalty", "P-caldwell-senior", "2018-06-20", _FERN, _NAME, birth="1961-09-03", suffix="Sr",
             loyalty="7999000001", phone="+13308670155"),
        line("crm", "P-caldwell-junior", "2021-08-19", _FERN, _NAME, birth="1990-01-27", suffix="Jr",
             email="rob.caldwell.jr@gmail.com"),
        line("hr", "P-caldwell-junior", "2023-04-01", _FERN, _NAME, birth="1990-01-27", suffix="Jr",
             private="rob.caldwell.jr@gmail.com", national_id="287-90-4417", job="technician", hired="2020-04-01",
             employer="GB-99000001", employer_name="Larkfield Holdings"),
    ),
)  # fmt: skip

_FLAT = home("H-flat", "2210", "University Avenue", "Madison", "WI", "53726", unit="Apt 3B")

FLATMATES = Case(
    "flatmates",
    "Three persons with three names share one flat: three persons, one household.",
    (
        line("crm", "P-flat-noor", "2024-09-10", _FLAT, given="Noor", surname="Rahman", birth="1999-05-21", sex="F",
             email="noor.rahman99@gmail.com", landline="+16082570199"),
        line("crm", "P-flat-lucas", "2024-10-02", _FLAT, given="Lucas", surname="Pereira", birth="1998-12-01", sex="M",
             email="lucaspereira@outlook.com", landline="+16082570199"),
        line("shop", "P-flat-ingrid", "2025-01-17", _FLAT, given="Ingrid", surname="Solberg",
             email="ingrid_solberg@yahoo.com"),
        line("loyalty", "P-flat-ingrid", "2025-02-03", _FLAT, given="Ingrid", surname="Solberg", birth="1999-02-14",
             loyalty="7999000002", email="ingrid_solberg@yahoo.com"),
    ),
)  # fmt: skip

_FIRST = ("Aaron", "Bella", "Carlos", "Diana", "Elias", "Freya", "Gavin", "Hanna", "Imran", "Julia")
_COMMON = ("Smith", "Johnson", "Garcia", "Brown")
_RARE = (
    "Abbott Berger Castillo Dvorak Eriksen Fontaine Gallo Hughes Ibarra Jansen Kaur Lindholm Mbeki Novotny Oduya "
    "Petrov Quist Romano Schreiber Tran Ueda Vasquez Whitlock Xiong Yilmaz Zhang Acheson Bukowski Calloway Desai "
    "Ekström Farouk Grzybowski Haddock Iyer Jovanovic Kowalczyk Lombardi Mensah Nakagawa Ostrowski Pham Qureshi "
    "Rasmussen Sokolov Thibault Umarov Villanueva Wojcik Yamada Zeller Abernathy Brandstetter Chaudhry Delacroix "
    "Emerick Fitzroy Gunderson Halvorsen Ivanenko Juarez Kettering Lafontaine Mulcahy Njoroge Orlov Pettersen "
    "Rojas"
)
_LAST = _RARE.split()


def _student(row: int) -> dict[str, str]:
    first, last = _FIRST[row % 10], (*_LAST, *_COMMON * 3)[row]
    where = home(f"H-tower-{row:02}", "900", "College Park Way", "Ithaca", "NY", "14850")
    birth = f"{1998 + row * 7 % 9}-{row * 5 % 12 + 1:02}-{row * 17 % 28 + 1:02}"
    email = f"{first[0].lower()}.student{row}@students.example.edu"
    return dict(line(("crm", "shop", "loyalty")[row % 3], f"P-tower-{row:02}", f"2025-{row % 9 + 1:02}-15", where,
                     given=first, surname=last, birth=birth, email=email,
                     **({"loyalty": f"79990001{row:02}"} if row % 3 == 2 else {})))  # fmt: skip


STUDENT_TOWER = Case(
    "student_tower",
    "Eighty students live at one address without flat numbers, three share each of four common surnames: neither the "
    "address nor a common name joins anybody.",
    tuple(_student(row) for row in range(80)),
)

_HOUSE = home("H-okafor", "31", "Birchwood Lane", "Naperville", "IL", "60540")
_CITY = home("H-okafor-city", "455", "Lake Shore Drive", "Chicago", "IL", "60611", unit="Apt 12C")
_GRACE = {"given": "Grace", "surname": "Okafor", "birth": "1979-10-08", "sex": "F"}

TWO_HOMES = Case(
    "two_homes",
    "One person lives at two addresses at the same time, with her family and in a flat near her work.",
    (
        line("crm", "P-okafor-grace", "2024-03-01", _HOUSE, _GRACE, email="grace.okafor@gmail.com",
             phone="+13125550142"),
        line("billing", "P-okafor-daniel", "2024-02-20", _HOUSE, given="Daniel", surname="Okafor", birth="1977-04-19",
             sex="M", role="head", account="b1c2d3e4f5a60002"),
        line("shop", "P-okafor-grace", "2024-04-11", _CITY, _GRACE, email="grace.okafor@gmail.com"),
        line("loyalty", "P-okafor-grace", "2024-08-30", _CITY, _GRACE, loyalty="7999000003", phone="+13125550142"),
        line("billing", "P-okafor-grace", "2025-02-20", _HOUSE, _GRACE, role="partner", head="P-okafor-daniel",
             account="b1c2d3e4f5a60002"),
    ),
)  # fmt: skip

_BEFORE = home("H-bennett", "64", "Juniper Court", "Boulder", "CO", "80302", unit="Apt 2A")
_AFTER = home("H-whitaker", "1509", "Summit Ridge Drive", "Fort Collins", "CO", "80525")

MARRIED_AND_MOVED = Case(
    "married_and_moved",
    "She took her husband's surname and moved to him: birth date, mobile number and e-mail go on.",
    (
        line("crm", "P-bennett-laura", "2017-05-14", _BEFORE, given="Laura", surname="Bennett", birth="1988-11-23",
             sex="F", email="laura.bennett88@gmail.com", phone="+13035550177"),
        line("hr", "P-bennett-laura", "2018-09-01", _BEFORE, given="Laura", middle="Jane", surname="Bennett",
             birth="1988-11-23", national_id="522-61-8830", private="laura.bennett88@gmail.com", job="analyst",
             hired="2016-01-04", employer="GB-99000001", employer_name="Larkfield Holdings"),
        line("shop", "P-bennett-laura", "2021-07-02", _AFTER, given="Laura", surname="Whitaker",
             email="laura.bennett88@gmail.com", phone="+13035550177"),
        line("crm", "P-bennett-laura", "2022-06-30", _AFTER, given="Laura", surname="Whitaker", birth="1988-11-23",
             sex="F", phone="+13035550177"),
        line("crm", "P-whitaker-mark", "2020-02-18", _AFTER, given="Mark", surname="Whitaker", birth="1986-02-05",
             sex="M", email="markwhitaker86@yahoo.com"),
    ),
)  # fmt: skip

_MOTHER_HOME = home("H-novak-mother", "12", "Pine Hill Road", "Dayton", "OH", "45419")
_FATHER_HOME = home("H-novak-father", "873", "Riverside Avenue", "Columbus", "OH", "43215", unit="Apt 5D")
_MIA = {"given": "Mia", "surname": "Novak", "birth": "2014-08-12", "sex": "F"}

DIVORCED_PARENTS = Case(
    "divorced_parents",
    "The parents live apart and the child with both: one child in two households, which stay two.",
    (
        line("billing", "P-novak-clara", "2022-05-01", _MOTHER_HOME, given="Clara", surname="Novak", birth="1985-01-16",
             sex="F", role="head", account="c1d2e3f4a5b60003", landline="+19372930144"),
        line("billing", "P-novak-mia", "2022-05-01", _MOTHER_HOME, _MIA, role="child", head="P-novak-clara",
             account="c1d2e3f4a5b60003", landline="+19372930144"),
        line("billing", "P-novak-peter", "2022-09-01", _FATHER_HOME, given="Peter", surname="Novak", birth="1983-06-29",
             sex="M", role="head", account="c1d2e3f4a5b60004"),
        line("billing", "P-novak-mia", "2022-09-01", _FATHER_HOME, _MIA, role="child", head="P-novak-peter",
             account="c1d2e3f4a5b60004"),
    ),
)  # fmt: skip

FAMILIES = (TWINS, FATHER_AND_SON, FLATMATES, STUDENT_TOWER, TWO_HOMES, MARRIED_AND_MOVED, DIVORCED_PARENTS)
