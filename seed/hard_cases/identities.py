"""Names that are alike without being the same person, and persons whose names are never spelt alike."""

from seed.hard_cases.case import Case, home, line

NAMESAKES = Case(
    "namesakes",
    "Two women have one common name and nothing else in common.",
    (
        line("crm", "P-garcia-texas", "2020-01-20",
             home("H-garcia-texas", "804", "Mesquite Drive", "Austin", "TX", "78745"),
             given="Maria", surname="Garcia", birth="1984-06-11", sex="F", phone="+15125550121"),
        line("shop", "P-garcia-texas", "2021-05-06",
             home("H-garcia-texas", "804", "Mesquite Drive", "Austin", "TX", "78745"),
             given="Maria", surname="Garcia", email="mgarcia.austin@gmail.com", phone="+15125550121"),
        line("crm", "P-garcia-oregon", "2021-02-27",
             home("H-garcia-oregon", "29", "Alder Street", "Portland", "OR", "97205"),
             given="Maria", surname="Garcia", birth="1996-10-30", sex="F", email="maria.garcia96@icloud.com"),
        line("loyalty", "P-garcia-oregon", "2023-03-15",
             home("H-garcia-oregon", "29", "Alder Street", "Portland", "OR", "97205"),
             given="Maria", surname="Garcia", birth="1996-10-30", loyalty="7999000004",
             email="maria.garcia96@icloud.com"),
    ),
)  # fmt: skip

_PALM = home("H-hernandez", "3320", "Palmetto Avenue", "San Diego", "CA", "92104")

ACCENTS = Case(
    "accents",
    "José Hernández loses his accents in two of three systems.",
    (
        line("crm", "P-hernandez-jose", "2022-11-05", _PALM, given="José", surname="Hernández", birth="1981-03-19",
             sex="M", email="jose.hernandez81@gmail.com"),
        line("shop", "P-hernandez-jose", "2023-02-14", _PALM, given="Jose", surname="Hernandez",
             email="jose.hernandez81@gmail.com", phone="+16195550133"),
        line("billing", "P-hernandez-jose", "2023-06-01", _PALM, given="JOSE", surname="HERNANDEZ", birth="1981-03-19",
             role="head", phone="+16195550133", account="d1e2f3a4b5c60005"),
    ),
)  # fmt: skip

_ROSE = home("H-mueller", "14", "Rosenweg", "München", "BY", "80331", country="DE")

UMLAUTS = Case(
    "umlauts",
    "Jürgen Müller is also written Juergen Mueller and Jurgen Muller.",
    (
        line("crm", "P-mueller-juergen", "2021-09-09", _ROSE, given="Jürgen", surname="Müller", birth="1969-12-24",
             sex="M", phone="+4915155501234"),
        line("shop", "P-mueller-juergen", "2022-04-01", _ROSE, given="Juergen", surname="Mueller",
             email="j.mueller69@gmx.de", phone="+4915155501234"),
        line("loyalty", "P-mueller-juergen", "2022-10-18", _ROSE, given="Jurgen", surname="Muller", birth="1969-12-24",
             loyalty="7999000005", email="j.mueller69@gmx.de"),
    ),
)  # fmt: skip

_BRIGHTON = home("H-ivanova", "88", "Brighton Beach Avenue", "Brooklyn", "NY", "11235", unit="Apt 4F")

TRANSLITERATION = Case(
    "transliteration",
    "Наталья Иванова types her name in Cyrillic once, and in two Latin spellings elsewhere.",
    (
        line("ciam", "P-ivanova-natalya", "2024-02-02", given="Наталья", surname="Иванова", birth="1992-04-07",
             email="n.ivanova92@gmail.com", login="usr-natalya00001"),
        line("crm", "P-ivanova-natalya", "2024-03-22", _BRIGHTON, given="Natalya", surname="Ivanova",
             birth="1992-04-07",
             sex="F", email="n.ivanova92@gmail.com", phone="+17185550166"),
        line("shop", "P-ivanova-natalya", "2024-09-13", _BRIGHTON, given="Natalia", surname="Ivanova",
             phone="+17185550166"),
    ),
)  # fmt: skip

_LINDEN = home("H-schmidt-becker", "5", "Lindenallee", "Münster", "NW", "48147", country="DE")

HYPHENS = Case(
    "hyphens",
    "Anna-Lena Schmidt-Becker is also Anna Lena Schmidt Becker, and Annalena Schmidt before her marriage.",
    (
        line("crm", "P-schmidt-annalena", "2016-01-11", _LINDEN, given="Annalena", surname="Schmidt",
             birth="1990-07-17",
             sex="F", email="annalena.schmidt@web.de"),
        line("shop", "P-schmidt-annalena", "2021-03-03", _LINDEN, given="Anna-Lena", surname="Schmidt-Becker",
             email="annalena.schmidt@web.de", phone="+4915155509876"),
        line("loyalty", "P-schmidt-annalena", "2022-05-25", _LINDEN, given="Anna Lena", surname="Schmidt Becker",
             birth="1990-07-17", loyalty="7999000006", phone="+4915155509876"),
    ),
)  # fmt: skip

_OAK = home("H-montgomery", "417", "Oakmont Terrace", "Pittsburgh", "PA", "15206")

NICKNAME_AND_SLIPS = Case(
    "nickname_and_slips",
    "Elizabeth is Liz at the till, and the form of the loyalty programme was scanned badly.",
    (
        line("crm", "P-montgomery-liz", "2019-10-10", _OAK, given="Elizabeth", surname="Montgomery", birth="1975-05-29",
             sex="F", email="emontgomery@aol.com", phone="+14125550188"),
        line("pos", "P-montgomery-liz", "2020-11-27", given="Liz", surname="Montgomery", postcode="15206",
             phone="+14125550188", loyalty="7999000007"),
        line("loyalty", "P-montgomery-liz", "2020-03-08", _OAK, given="E1izabeth", surname="Montgornery",
             birth="1975-05-29", loyalty="7999000007", email="emontgomery@aol.com"),
    ),
)  # fmt: skip

IDENTITIES = (NAMESAKES, ACCENTS, UMLAUTS, TRANSLITERATION, HYPHENS, NICKNAME_AND_SLIPS)
