"""Employment: who works for whom, as records declare it, or as e-mail domains and employers' names tell."""

import numpy as np
import pyarrow as pa
from pyarrow.compute import ReplaceSubstringOptions, call_function

from spine.normalise.emails import company_domain
from spine.normalise.organisations import split_organisation
from spine.resolution.components import Ints
from spine.resolution.grouping import coded, distinct, equal, rows_where, spread, whole_numbers
from spine.resolution.links import entity_of_targets
from spine.resolution.resolved import Resolved
from spine.resolution.statements import DATED, DECLARED, Said, rows_of_statements

BY_DOMAIN = 0.85
"""A company e-mail address: mostly staff, sometimes contractors and pensioners."""
BY_EMPLOYER_NAME = 0.75
"""The employer's name as the person gave it equals the organisation's: namesakes of companies exist."""
MOST_EMPLOYERS = 5
"""A domain or name that more organisations carry says nothing about which one."""
MOST_CARRYING = 10_000
"""Nor does one that more records of organisations carry: a mistaken value, or a default of some system."""


def employment(resolved: Resolved) -> tuple[pa.Table, int]:
    """The table `employed_by`, ordered by key, and how many declared employers nobody answers to."""
    declared, lost = declared_jobs(resolved)
    return rows_of_statements("employed_by", [declared, *implied_jobs(resolved)]), lost


def declared_jobs(resolved: Resolved) -> tuple[Said, int]:
    """What records declare of employers, and how many of these nobody answers to."""
    declared = rows_where(resolved.relations, equal(resolved.relations["kind"], "employed_by"))
    row = whole_numbers(declared, "row")
    employer = entity_of_targets(resolved, declared, resolved.organisation)
    person = resolved.person[row]
    said = declared_employment(person, employer, declared)
    about = resolved.ids[row[(person >= 0) & (employer >= 0)]]
    return said._replace(about=about), int(((person >= 0) & (employer < 0)).sum())


def implied_jobs(resolved: Resolved) -> list[Said]:
    """What e-mail domains and employers' names tell."""
    return [_by_domain(resolved), _by_name(resolved)]


def declared_employment(person: Ints, employer: Ints, declared: pa.Table) -> Said:
    """What declarations say of persons and employers (labels, -1: nobody), one per row of a table of relations."""
    known = (person >= 0) & (employer >= 0)
    kept = rows_where(declared, known)
    sure = np.full(kept.num_rows, DECLARED)
    return Said(person[known], employer[known], sure, "declared_employed_by", declared=kept.select(DATED))


def told_by_domain(person: Ints, asked: Ints, organisation: Ints, carried: Ints) -> Said:
    """What e-mail domains say: persons and the codes they ask for, organisations and the codes that they carry.

    One row per record and code; -1 where there is no entity, or no code.
    """
    return _matched(person, asked, organisation, carried, BY_DOMAIN, "email_domain")


def told_by_name(person: Ints, asked: Ints, organisation: Ints, carried: Ints) -> Said:
    """What employers' names say, given as in `told_by_domain`."""
    return _matched(person, asked, organisation, carried, BY_EMPLOYER_NAME, "employer_name")


def _by_domain(resolved: Resolved) -> Said:
    """Persons whose e-mail address lies in a domain that organisations claim; never a free-mail one."""
    emails = rows_where(resolved.claims, resolved.claims_of("email"))
    domains = rows_where(resolved.claims, resolved.claims_of("domain"))
    domain = call_function("replace_substring_regex", [emails["value"]], ReplaceSubstringOptions("^.*@", ""))
    values = coded(pa.chunked_array([*domain.chunks, *domains["value"].chunks], pa.string()))
    hosts = [company_domain(text) or "" for text in values.texts.tolist()]
    host = coded(pa.chunked_array([pa.array(hosts, pa.string())]))
    of_claim = np.append(host.codes, -1)[values.codes]
    person = resolved.person[whole_numbers(emails, "row")]
    organisation = resolved.organisation[whole_numbers(domains, "row")]
    return told_by_domain(person, of_claim[: len(person)], organisation, of_claim[len(person) :])


def _by_name(resolved: Resolved) -> Said:
    """Persons who name an employer whose name, without its legal form, is that of an organisation."""
    employer = resolved.coded_text("employer_name")
    plain = [split_organisation(text)[0] or "" for text in employer.texts.tolist()]
    names = resolved.text("organisation")
    both = coded(pa.chunked_array([pa.array(plain, pa.string()), *names.chunks], pa.string()))
    given = np.append(both.codes[: len(plain)], -1)[employer.codes]
    return told_by_name(resolved.person, given, resolved.organisation, both.codes[len(plain) :])


def _matched(person: Ints, asked: Ints, organisation: Ints, carried: Ints, sure: float, kind: str) -> Said:
    """Persons and organisations that meet in a code; the more organisations carry it, the less it says of each.

    What is surer of a pair comes first, whatever the codes are.
    """
    usable = (person >= 0) & (asked >= 0)
    person, asked = distinct(person[usable], asked[usable])
    usable = (organisation >= 0) & (carried >= 0)
    code, organisation = distinct(*_uncrowded(carried[usable], organisation[usable]))
    place, found = spread(asked, code, organisation)
    many = np.bincount(place, minlength=len(asked))[place]
    kept = np.flatnonzero(many <= MOST_EMPLOYERS)
    start, end, weight = person[place[kept]], found[kept], sure / many[kept]
    order = np.lexsort((-weight, end, start))
    return Said(start[order], end[order], weight[order], kind)


def _uncrowded(code: Ints, organisation: Ints) -> tuple[Ints, Ints]:
    """The same without codes that too many records carry."""
    if len(code) <= MOST_CARRYING:
        return code, organisation
    _, group, counts = np.unique(code, return_inverse=True, return_counts=True)
    kept = counts[group] <= MOST_CARRYING
    return code[kept], organisation[kept]
