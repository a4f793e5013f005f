"""Which country's local telephone numbers a file has, where its rows name no country."""

from collections import Counter
from collections.abc import Iterable, Sequence

import phonenumbers

from loaders.column_names import words_of
from spine.normalise.record import Options

HOME = Options().region
"""The region by which a local number is read where nothing says another."""
SOME = 500
"""So many values of a column are looked at."""
ENOUGH = 0.6
"""At least this share of the local numbers has to exist in a country."""
_SPOKEN = {
    "DE": "plz strasse vorname nachname kundennummer kundennr hausnummer hausnr wohnort telefon geburtsdatum betrag "
    "bestellnr bestelldatum kunde",
    "FR": "prenom ville codepostal rue adresse telephone datenaissance courriel civilite montant client datecommande "
    "idclient numeroclient nofacture", "ES": "apellido apellidos codigopostal calle correo importe cliente pedido",
    "IT": "cognome citta cap indirizzo", "NL": "achternaam voornaam woonplaats huisnummer", "PL": "nazwisko ulica",
    "SE": "efternamn gatuadress postnummer", "DK": "efternavn fornavn", "NO": "etternavn", "FI": "sukunimi etunimi",
    "BR": "sobrenome cep", "PT": "apelido morada", "CZ": "prijmeni jmeno", "TR": "soyad soyadi",
}  # fmt: skip
_TOPS = {"uk": "GB"}
_NOT_OF_A_COUNTRY = frozenset(["ai", "cc", "co", "fm", "io", "me", "tv", "ws"])
"""Top-level domains of countries that others use."""


def region_of(columns: Iterable[str], phones: Sequence[str], emails: Sequence[str]) -> tuple[str, str]:
    """The region (ISO 3166 alpha-2) and what speaks for it; empty where local numbers are read well without one.

    Numbers with a country's code, the domains of e-mail addresses and the language of the column names propose
    countries; the one proposed most is taken in which most local numbers exist, and more than in `HOME`.
    """
    local = [text for text in phones[:SOME] if not text.lstrip("( ").startswith(("+", "00")) and _digits(text) > 5]
    if not local:
        return "", ""
    abroad = Counter(filter(None, (_country_of(text) for text in phones[:SOME] if text.strip().startswith("+"))))
    tops = Counter(filter(None, (_country_at(text) for text in emails[:SOME])))
    spoken = _spoken(columns)
    votes = _shares(abroad) + _shares(tops) + _shares(+spoken)
    at_home = _exist(local, HOME)
    for region, _ in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0])):
        if (there := _exist(local, region)) >= ENOUGH and there > at_home:
            says = (("numbers with a country's code", abroad), ("e-mail domains", tops), ("column names", spoken))
            return region, ", ".join(word for word, counted in says if counted[region])
    return "", ""


def language_of(columns: Iterable[str]) -> str:
    """A country whose language most column names are in; empty where they are in none of those known."""
    said = [(count, region) for region, count in _spoken(columns).items() if count]
    return max(said)[1] if said else ""


def _spoken(columns: Iterable[str]) -> "Counter[str]":
    words = {"".join(words_of(name)) for name in columns}
    return Counter({region: len(words.intersection(said.split())) for region, said in _SPOKEN.items()})


def _shares(counted: "Counter[str]") -> "Counter[str]":
    total = sum(counted.values())
    return Counter({name: count / total for name, count in counted.items()}) if total else Counter()


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _country_of(text: str) -> str | None:
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(text, None))
    except phonenumbers.NumberParseException:
        return None


def _country_at(email: str) -> str | None:
    top = email.strip().lower().rpartition(".")[2] if "@" in email else ""
    region = _TOPS.get(top, top.upper())
    return region if top not in _NOT_OF_A_COUNTRY and region in phonenumbers.SUPPORTED_REGIONS else None


def _exist(numbers: Sequence[str], region: str) -> float:
    """The share of the numbers that exist in a region, as its numbering plan has them."""
    found = 0
    for text in numbers:
        try:
            found += phonenumbers.is_valid_number(phonenumbers.parse(text, region))
        except phonenumbers.NumberParseException:
            continue
    return found / len(numbers)
