"""What sets sister companies apart in their names: numbers however they are written, and what each of them does."""

from collections.abc import Mapping

from spine.normalise.folding import words

_NUMBERS = """
1 first one erste erster erstes ersten premier premiere primero primera primo prima eins uno pierwszy pierwsza
2 second two zweite zweiter zweites zweiten deuxieme segundo segunda secondo seconda zwei dos due drugi druga
3 third three dritte dritter drittes dritten troisieme tercero tercera terzo terza drei tres tre trzeci trzecia
4 fourth four vierte vierter viertes vierten quatrieme cuarto cuarta quarto quarta vier
5 fifth five funfte funfter funftes funften cinquieme quinto quinta funf
6 sixth six sechste sechster sechstes sechsten sixieme sexto sexta sesto sesta sechs
7 seventh seven siebte siebter siebtes siebten septieme septimo septima settimo settima sieben
8 eighth eight achte achter achtes achten huitieme octavo octava ottavo ottava acht
9 ninth nine neunte neunter neuntes neunten neuvieme noveno novena nono nona neun
10 tenth ten zehnte zehnter zehntes zehnten dixieme decimo decima zehn
11 eleventh eleven elfte elf
12 twelfth twelve zwolfte zwolf
"""
NUMBERS: Mapping[str, str] = {
    word: number for number, *spelled in map(str.split, _NUMBERS.strip().splitlines()) for word in spelled
}
"""Numbers as words, folded."""


def _roman(number: int) -> str:
    tens, ones = divmod(number, 10)
    return "x" * tens + ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")[ones]


ROMAN: Mapping[str, str] = {_roman(number): str(number) for number in range(1, 40)}
"""Numerals of i, v and x alone: with c, d, l and m, numerals are as often words and legal forms (mi, di, mix, cv)."""
COUNTED = words(
    "series serie class klasse classe tranche phase block bloc unit building tower haus house lot plot spv fund fonds"
    " fondo trust section division portfolio compartment cell abschnitt werk plant gruppe group"
)
"""After such a word, and at the end of a name, a single letter counts."""
NUMBER_SIGNS = words("nr no num number nummer numero")
PHRASES: Mapping[str, str] = {
    "real estate": "realty",
    "asset management": "vermogensverwaltung",
    "wealth management": "vermogensverwaltung",
    "private equity": "equity",
}
"""Several words that say what one says."""
_ROLES = """
administration verwaltung verwaltungs verwaltungsgesellschaft verwaltungsges komplementar
participation beteiligung beteiligungs beteiligungen beteiligungsgesellschaft participation participations
participation participaciones participacoes partecipazioni deelnemingen
foundation stiftung foundation fondation fundacion fundacao fondazione
pension pensionskasse pensions unterstutzungskasse
holding holding holdings
property immobilien immobilier immobiliere immobiliare inmobiliaria vastgoed nieruchomosci realty property properties
property grundbesitz grundstucks grundstucksgesellschaft grundstucksverwaltung liegenschaften hausverwaltung
assets vermogen vermogens vermogensverwaltung vermogensverwaltungs
money capital kapital invest investment investments finance financial finanz finanzen equity
leasing leasing
insurance insurance versicherung versicherungs versicherungen assurance assurances seguros assicurazioni assekuranz
transport logistics logistik logistique logistica transport transporte transports spedition freight shipping haulage
trade handel handels handelsgesellschaft trading vertrieb vertriebs vertriebsgesellschaft sales distribution
production produktion produktions production manufacturing fertigung fertigungs
services service services dienstleistung dienstleistungs dienstleistungen
advice consulting beratung beratungs consultants advisory unternehmensberatung
construction construction bau bauunternehmen hochbau tiefbau
energy energy energie energia energies
technics software systems systeme technology technologies technik tech informatik
food food foods lebensmittel nahrungsmittel
health pharma pharmaceuticals medical healthcare medizintechnik
media media medien verlag publishing
vehicles motors automotive autohaus automobile
retail retail einzelhandel
textiles textile textiles textil textilien
research research forschung forschungs
travel travel reisen tours
robotics robotics robotik
"""
ROLES: Mapping[str, str] = {word: role for role, *said in map(str.split, _ROLES.strip().splitlines()) for word in said}
"""What a company of a house is there for, by the folded words of its name that say so."""
SET_UP_BESIDE = frozenset(("administration", "participation", "foundation", "pension"))
"""Roles of companies that are set up beside the one that bears the plain name."""
TELLING = frozenset({*NUMBERS, *ROMAN, *ROLES, *(word for phrase in PHRASES for word in phrase.split())})
"""A name without any of these words, figures or single letters tells no sisters apart."""
