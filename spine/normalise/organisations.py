"""Names of organisations: the core name, and the legal form that stood around it.

The terms are those of cleanco, folded, with a table of what it lacks; cleanco's own loop over all terms takes 50
microseconds a name, so the words at the end are looked up instead.
"""

import re
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from cleanco.clean import get_unique_terms  # type: ignore[import-untyped]

from spine.normalise.columns import NO_TEXT, Column, at_positions, compute, distinct_column
from spine.normalise.endings import Words
from spine.normalise.folded_columns import fold_column
from spine.normalise.folding import PLACEHOLDERS, fold, words

_AND = re.compile(r"[&+]")
_LONE_LETTERS = re.compile(r"\b[a-z](?: [a-z]\b)+")
_ITALIAN = re.compile(r"\b[Ss]\.\s?[Pp]\.\s?[Aa]\b|\bSpA\b")
"""What tells the Italian form from a spa; of the bare word, `Foo SPA` is taken for a bath."""
_OWN_FORMS = """
inc: incorporated|incorporation
corp: corporation|corporacion
co: company|compagnie|compania|cie|and co|and company
ltd: limited|l t d
plc: public limited company
llc: limited liability company|limited liability co
llp: limited liability partnership
lp: limited partnership
pllc: professional limited liability company
pc: professional corporation
pty ltd: proprietary limited|pty limited|pty
pvt ltd: private limited|pvt limited|pvt
pte ltd: pte limited
gmbh: gesellschaft mit beschrankter haftung|gesellschaft m b h|gesmbh|ges m b h|mbh|ggmbh
ug: ug haftungsbeschrankt|unternehmergesellschaft|unternehmergesellschaft haftungsbeschrankt
ag: aktiengesellschaft
kg: kommanditgesellschaft|co kg|and co kg
gmbh co kg: gmbh and co kg
ohg: offene handelsgesellschaft
ev: eingetragener verein
eg: eingetragene genossenschaft
se: societas europaea
sa: societe anonyme|sociedad anonima|sociedade anonima
sarl: societe a responsabilite limitee
sas: societe par actions simplifiee
spa: societa per azioni
srl: societa a responsabilita limitata|sociedad de responsabilidad limitada
bv: besloten vennootschap
nv: naamloze vennootschap
ab: aktiebolag|publ|ab publ
as: aksjeselskap
aps: anpartsselskab
oy: osakeyhtio
kk: kabushiki kaisha|kabushikigaisha|kabushiki gaisha
sp zoo: sp z oo|spolka z ograniczona odpowiedzialnoscia
sa de cv: sociedad anonima de capital variable
sab de cv: sab
sapi de cv: sapi
"""
_TWO_LETTERS = words("ag sa nv bv ab as oy kg kk lp pc co sl ug ev eg gk yk cv")
"""The only forms of two letters that are removed: others are as often initials or common words (at, da, ok, uk)."""
_INITIALS = words("lp llc llp plc sa spa sas srl bv nv ag kg")
"""Forms that are written letter by letter."""
_WORDS_NOT_FORMS = words("private vat cpt sep sem teo dat ent tapui etat coop obrt fie stg esv sal ese scop")
"""Longer forms of cleanco that are common words or initials in names: never removed."""
_LEADING = words("ooo oao zao pao sarl uab sia")
_LONGEST_FORM = 6
_ODD = ("spa", (*sorted(_LEADING), "the"))
"""Names that end, or begin, with one of these are looked at one by one; so are those with initials."""


def fold_organisation(text: str) -> str:
    """The name folded, `&` and `+` as `and`, initials joined: `J. P. Morgan & Co.` -> `jp morgan and co`.

    A letter before the initials of a legal form stays alone: `Fund I L.P.` -> `fund i lp`.
    """
    return _initials(fold(_AND.sub(" and ", text)))


def _initials(folded: str) -> str:
    return _LONE_LETTERS.sub(_together, folded)


def _together(match: "re.Match[str]") -> str:
    first, *others = match[0].split()
    form = "".join(others)
    ends = match.start() > 0 and match.end() == len(match.string)
    return f"{first} {form}" if ends and form in _INITIALS and first + form not in _INITIALS else first + form


@cache
def _forms() -> tuple[dict[str, str], dict[str, int]]:
    """Each folded legal form and the short form that stands for it; per last word the words of the longest form."""
    known = {fold_organisation(term): fold_organisation(term) for term in sorted(get_unique_terms())}
    for line in _OWN_FORMS.strip().splitlines():
        short, _, variants = line.partition(": ")
        known[short] = short
        known.update((fold_organisation(variant), short) for variant in variants.split("|"))
    forms = {
        term: short
        for term, short in known.items()
        if term not in _WORDS_NOT_FORMS and (len(term) > 2 or term in _TWO_LETTERS)
    }
    endings: dict[str, int] = {}
    for term in forms:
        *others, last = term.split() or [""]
        endings[last] = max(endings.get(last, 0), min(1 + len(others), _LONGEST_FORM))
    return forms, endings


def split_organisation(text: str) -> tuple[str | None, str | None]:
    """(core name, legal form), both folded; a name that is nothing but a legal form is kept whole.

    Forms are taken off the end as often as they stand there (`Foo Co., Ltd.` -> `foo`, `co ltd`), and a few off the
    beginning (`OOO Foo`); a leading `the` is dropped.
    """
    return _split(text, fold(text), fold_organisation(text))


def split_organisations(names: Column) -> tuple[Column, Column]:
    """`split_organisation` of each name of a column, each different name once: most of them as whole columns."""
    values, positions = distinct_column(names)
    if not len(values):
        return values.take(positions), values.take(positions)
    folded = fold_column(values)
    joined = _with_and(values, folded)
    words = Words.of(joined)
    alone = words.odd(_ODD)
    cores, forms = words.without(_forms()[0], "and")
    absent = compute.or_(_said(folded), _said(cores))
    cores = compute.if_else(absent, NO_TEXT, cores)
    forms = compute.if_else(_said(folded), NO_TEXT, forms)
    told = zip(*(at_positions(one, np.flatnonzero(alone)).to_pylist() for one in (values, folded, joined)), strict=True)
    parts = [_split(text, plain, _initials(name)) for text, plain, name in told]
    if parts:
        mask = pa.array(alone)
        cores, forms = (
            compute.replace_with_mask(column, mask, pa.array([part[at] for part in parts], pa.string()))
            for at, column in enumerate((cores, forms))
        )
    return cores.take(positions), forms.take(positions)


def _with_and(values: Column, folded: Column) -> Any:
    """The names folded as `fold_organisation` does it, but for initials; `folded` where neither `&` nor `+` is in."""
    marked = compute.or_(compute.match_substring(values, "&"), compute.match_substring(values, "+"))
    if not compute.any(marked).as_py():
        return folded
    spelt = compute.replace_substring_regex(values.filter(marked), "[&+]", " and ")
    return compute.replace_with_mask(folded, marked, fold_column(spelt))


def _said(folded: Column) -> Any:
    """Which folded texts say that there is no value."""
    return compute.is_in(folded, pa.array(sorted(PLACEHOLDERS)))


def _split(text: str, folded: str, name: str) -> tuple[str | None, str | None]:
    if folded in PLACEHOLDERS:
        return None, None
    tokens = name.split()
    forms: list[str] = []
    if tokens[-1:] == ["spa"] and not _ITALIAN.search(text):
        return _core(tokens, forms)
    known, _ = _forms()
    while len(tokens) > 1 and (width := _form_at_end(tokens)):
        forms.insert(0, known[" ".join(tokens[-width:])])
        tokens = tokens[:-width]
        while len(tokens) > 1 and tokens[-1] == "and":
            tokens.pop()
    return _core(tokens, forms)


def _core(tokens: list[str], forms: list[str]) -> tuple[str | None, str | None]:
    """The name without what stands in front of it."""
    while len(tokens) > 1 and (tokens[0] in _LEADING or tokens[0] == "the"):
        first = tokens.pop(0)
        if first != "the":
            forms.append(first)
    core = " ".join(tokens)
    return (None if core in PLACEHOLDERS else core), " ".join(forms) or None


def normalise_legal_form(text: str) -> str | None:
    """The short form of a legal form (`Limited` -> `ltd`); an unknown one stays as its folded text."""
    folded = fold_organisation(text)
    if folded in PLACEHOLDERS or fold(text) in PLACEHOLDERS:
        return None
    return _forms()[0].get(folded, folded)


def _form_at_end(tokens: list[str]) -> int:
    """How many words of the longest legal form end the name; it never takes the whole name."""
    forms, endings = _forms()
    for width in range(min(endings.get(tokens[-1], 0), len(tokens) - 1), 0, -1):
        if " ".join(tokens[-width:]) in forms:
            return width
    return 0
