"""Organisations whose parents are not a simple tree, and a person who is a business."""

from seed.check_digits import british_vat, lei
from seed.hard_cases.case import Case, home, line

_WHARF = home("", "20", "Canada Square", "London", "", "SE1 4AB", country="GB")
_YARD = home("", "3", "Foundry Yard", "Sheffield", "", "S2 4QX", country="GB")


def _firm(name: str, number: int, **facts: str) -> dict[str, str]:
    """A British company as the register has it."""
    return {
        "kind": "organisation", "name": name, "form": "Ltd", "register": f"GB-{number:08}",
        "lei": lei(f"52990099{number:010}"), "tax_id": british_vat(9_000_000 + number % 100_000),
        "founded": "1998-04-01", "branch": "company", **facts,
    }  # fmt: skip


_LARK = _firm("Larkfield Holdings", 99_000_001, domain="larkfield-holdings.com")

EMPLOYER = Case(
    "trading_customer",
    "One company is known to the register by its legal name and to the invoicing system by a shorter one.",
    (
        line("register", "O-larkfield", "2026-01-01", _WHARF, _LARK),
        line("erp", "O-larkfield", "2025-03-01", _WHARF, kind="organisation", name="Larkfield",
             domain="larkfield-holdings.com",
             tax_id=_LARK["tax_id"]),
    ),
    {"O-larkfield": "O-larkfield"},
)  # fmt: skip

OWNERSHIP_LOOP = Case(
    "ownership_loop",
    "Three companies own one another in a ring: no ultimate parent, the cycle is reported and not followed for ever.",
    (
        line("register", "O-loop-a", "2026-01-01", _WHARF, _firm("Ringway Alpha", 99_000_011, parent="GB-99000013",
             share="60", owned_since="2015-01-01")),
        line("register", "O-loop-b", "2026-01-01", _WHARF, _firm("Ringway Beta", 99_000_012, parent="GB-99000011",
             share="75", owned_since="2012-06-01")),
        line("register", "O-loop-c", "2026-01-01", _WHARF, _firm("Ringway Gamma", 99_000_013, parent="GB-99000012",
             share="55", owned_since="2017-09-01")),
    ),
    {"O-loop-a": None, "O-loop-b": None, "O-loop-c": None},
)  # fmt: skip

JOINT_VENTURE = Case(
    "joint_venture",
    "Two groups own half each: neither controls it, both parents are kept, it is its own ultimate parent.",
    (
        line("register", "O-joint-left", "2026-01-01", _WHARF, _firm("Thornbury Chemicals", 99_000_021)),
        line("register", "O-joint-right", "2026-01-01", _YARD, _firm("Saltmarsh Energy", 99_000_022)),
        line("register", "O-joint-venture", "2026-01-01", _YARD, _firm("Thornmarsh Hydrogen", 99_000_023,
             parent="GB-99000021", share="50", second="GB-99000022", second_share="50", owned_since="2020-02-01")),
    ),
    {"O-joint-left": "O-joint-left", "O-joint-right": "O-joint-right", "O-joint-venture": "O-joint-venture"},
)  # fmt: skip

HELD_TOGETHER = Case(
    "held_together",
    "Two subsidiaries of a group hold 30 and 25 per cent of a company: together they control it, though neither does.",
    (
        line("register", "O-held-top", "2026-01-01", _WHARF, _firm("Marlow Group", 99_000_041)),
        line("register", "O-held-north", "2026-01-01", _WHARF, _firm("Northgate Ferries", 99_000_042,
             parent="GB-99000041", share="60", owned_since="2011-05-01")),
        line("register", "O-held-south", "2026-01-01", _YARD, _firm("Southwold Docks", 99_000_043,
             parent="GB-99000041", share="80", owned_since="2012-05-01")),
        line("register", "O-held", "2026-01-01", _YARD, _firm("Harbourmaster Pilots", 99_000_044,
             parent="GB-99000042", share="30", second="GB-99000043", second_share="25", owned_since="2018-05-01")),
    ),
    {"O-held-top": "O-held-top", "O-held-north": "O-held-top", "O-held-south": "O-held-top", "O-held": "O-held-top"},
)  # fmt: skip

BRANCH = Case(
    "branch",
    "A branch abroad is registered there under the name of its company: another organisation, with that parent.",
    (
        line("register", "O-branch-head", "2026-01-01", _YARD, _firm("Pennine Cutlery", 99_000_031)),
        line("register", "O-branch-berlin", "2026-01-01",
             home("", "9", "Schulgasse", "Berlin", "BE", "10115", country="DE"),
             _firm("Pennine Cutlery", 99_000_032, register="DE-HRB-990032", parent="GB-99000031", share="100",
                   branch="branch", owned_since="2019-03-01")),
    ),
    {"O-branch-head": "O-branch-head", "O-branch-berlin": "O-branch-head"},
)  # fmt: skip

_BARN = {"number": "2", "street": "Old Barn Lane", "city": "Leeds", "postcode": "LS7 3DT", "country": "GB"}

SOLE_TRADER = Case(
    "sole_trader",
    "Henry Dawson is a person, and a business of the same name, address and phone: one of each kind, never one entity.",
    (
        line("crm", "P-dawson-henry", "2023-05-05", _BARN, household="H-dawson", given="Henry", surname="Dawson",
             birth="1980-09-16", sex="M", phone="+447700900123", email="henry@dawsonjoinery.co.uk"),
        line("erp", "O-dawson", "2024-02-01", _BARN, kind="organisation", name="Henry Dawson", phone="+447700900123",
             email="henry@dawsonjoinery.co.uk", domain="dawsonjoinery.co.uk"),
        line("erp", "P-dawson-henry", "2024-06-01", _BARN, household="H-dawson", given="Henry", surname="Dawson",
             birth="1980-09-16", phone="+447700900123"),
    ),
    {"O-dawson": "O-dawson"},
)  # fmt: skip

CORPORATE = (EMPLOYER, OWNERSHIP_LOOP, JOINT_VENTURE, HELD_TOGETHER, BRANCH, SOLE_TRADER)
