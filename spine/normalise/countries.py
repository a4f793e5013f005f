"""Countries: ISO 3166-1 alpha-2 from names and codes; states and provinces of North America to their codes."""

from functools import cache

import iso3166

from spine.normalise.folding import fold

_ALIASES = """
us: etats unis|estados unidos|stati uniti|stany zjednoczone|vereinigte staaten
us: usa|united states|united states of america|u s|u s a|america
gb: grossbritannien|vereinigtes konigreich|royaume uni|reino unido|regno unito|wielka brytania
gb: uk|u k|great britain|britain|united kingdom|england|scotland|wales|northern ireland
de: deutschland|allemagne|alemania|germania|niemcy|duitsland|alemanha|germany federal republic
fr: la france|frankreich|francia|francja|frankrijk
es: espana|spanien|espagne|spagna|hiszpania|spanje|espanha
it: italia|italien|italie|wlochy
nl: holland|the netherlands|nederland|niederlande|pays bas|paises bajos|paesi bassi|holandia
ch: schweiz|suisse|svizzera|suiza|szwajcaria|zwitserland
at: osterreich|oesterreich|autriche|oostenrijk
be: belgie|belgique|belgien|belgica|belgio|belgia
se: sverige|schweden|suede|suecia|svezia|szwecja
no: norge|norwegen|norvege|noruega
dk: danmark|danemark|dinamarca|dania
fi: suomi|finnland|finlande
pl: polska|polen|pologne|polonia
cz: czech republic|tschechien|tschechische republik|czechy|ceska republika
ie: eire|republic of ireland
ru: russia
kr: south korea|korea|republic of korea
kp: north korea
ir: iran
sy: syria
vn: vietnam|viet nam
ve: venezuela
bo: bolivia
tz: tanzania
tw: taiwan
tr: turkey|turkiye|turkei|tuerkei|turquie
br: brasil
mx: mexico
jp: nippon
ae: uae|emirates
mk: macedonia
md: moldova
ci: ivory coast
hk: hong kong sar
hu: ungarn|hongrie|wegry
lu: luxemburg
gr: griechenland|grece|grecia
"""
_REGIONS = """
al: alabama|ak: alaska|az: arizona|ar: arkansas|ca: california|co: colorado|ct: connecticut|de: delaware|fl: florida
ga: georgia|hi: hawaii|id: idaho|il: illinois|in: indiana|ia: iowa|ks: kansas|ky: kentucky|la: louisiana|me: maine
md: maryland|ma: massachusetts|mi: michigan|mn: minnesota|ms: mississippi|mo: missouri|mt: montana|ne: nebraska
nv: nevada|nh: new hampshire|nj: new jersey|nm: new mexico|ny: new york|nc: north carolina|nd: north dakota|oh: ohio
ok: oklahoma|or: oregon|pa: pennsylvania|ri: rhode island|sc: south carolina|sd: south dakota|tn: tennessee|tx: texas
ut: utah|vt: vermont|va: virginia|wa: washington|wv: west virginia|wi: wisconsin|wy: wyoming|dc: district of columbia
pr: puerto rico|gu: guam|vi: virgin islands
ab: alberta|bc: british columbia|mb: manitoba|nb: new brunswick|nl: newfoundland and labrador|ns: nova scotia
nt: northwest territories|nu: nunavut|on: ontario|pe: prince edward island|qc: quebec|sk: saskatchewan|yt: yukon
"""

_SIGNS = {
    "a": "at", "b": "be", "d": "de", "e": "es", "f": "fr", "h": "hu", "i": "it", "l": "lu", "n": "no", "p": "pt",
    "s": "se",
}  # fmt: skip
"""The signs of vehicles that lists of customers in Europe write for a country; in an address a letter is a door."""


@cache
def _countries() -> dict[str, str]:
    known: dict[str, str] = {}
    for country in iso3166.countries:
        code = country.alpha2.lower()
        for name in (country.name, country.apolitical_name, country.alpha2, country.alpha3, country.numeric):
            known[fold(name)] = code
    for line in _ALIASES.strip().splitlines():
        code, _, names = line.partition(": ")
        known.update((name, code) for name in names.split("|"))
    return known


@cache
def _regions() -> dict[str, str]:
    pairs = (item.partition(": ") for line in _REGIONS.strip().splitlines() for item in line.split("|"))
    return {name: code for code, _, name in pairs}


@cache
def region_codes() -> frozenset[str]:
    """The two-letter codes of the states and provinces of the United States and Canada."""
    return frozenset(_regions().values())


def known_country(text: str) -> str | None:
    """The alpha-2 code in lower case, where the text is a country's name or code; None otherwise."""
    return _countries().get(fold(text))


def normalise_country(text: str) -> str | None:
    """The alpha-2 code in lower case, of a vehicle's sign (D, A) too; what is not known stays as its folded name."""
    folded = fold(text)
    return _countries().get(folded) or _SIGNS.get(folded, folded or None)


def normalise_region(text: str) -> str | None:
    """A state's or province's code where it is known (`Washington`, `US-WA` -> `wa`), its folded name elsewhere."""
    folded = fold(text)
    if folded[:3] in ("us ", "ca ") and folded[3:] in region_codes():
        folded = folded[3:]
    return _regions().get(folded, folded or None)
