"""How fast corporate groups load and resolve to their tops: a file like GLEIF's golden copy, made from a seed.

    python -m bench.gleif [ORGANISATIONS] [FOLDER]

writes level 1 and level 2 in the official CSV layout (a forest of groups, chains, some rings), loads both
into a new SQLite store, and finds the ultimate parent of every organisation, beside plain pointer jumping over the same
edges as the floor. Times are of the processor (user and system).
"""

import csv
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from loaders.gleif import GleifSource
from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.pipeline.load import load
from spine.ports import RELATION_STRUCT
from spine.resolution.control import ultimate
from spine.resolution.organisations import hierarchy
from spine.resolution.resolved import Resolved
from spine.settings import Settings

LEVEL_1 = ["LEI", "Entity.LegalName", "Entity.LegalName.xmllang", "Entity.LegalAddress.FirstAddressLine",
           "Entity.LegalAddress.City", "Entity.LegalAddress.Region", "Entity.LegalAddress.Country",
           "Entity.LegalAddress.PostalCode", "Entity.RegistrationAuthority.RegistrationAuthorityID",
           "Entity.RegistrationAuthority.RegistrationAuthorityEntityID", "Entity.LegalJurisdiction",
           "Entity.EntityCategory", "Entity.LegalForm.EntityLegalFormCode", "Entity.EntityStatus",
           "Entity.EntityCreationDate", "Registration.InitialRegistrationDate", "Registration.LastUpdateDate",
           "Registration.RegistrationStatus", "Registration.ManagingLOU"]  # fmt: skip
LEVEL_2 = ["Relationship.StartNode.NodeID", "Relationship.StartNode.NodeIDType", "Relationship.EndNode.NodeID",
           "Relationship.EndNode.NodeIDType", "Relationship.RelationshipType", "Relationship.RelationshipStatus",
           "Relationship.Period.1.startDate", "Relationship.Period.1.endDate", "Relationship.Period.1.periodType",
           "Relationship.Quantifiers.1.MeasurementMethod", "Relationship.Quantifiers.1.QuantifierAmount",
           "Relationship.Quantifiers.1.QuantifierUnits", "Registration.LastUpdateDate",
           "Registration.RegistrationStatus"]  # fmt: skip
_COUNTRIES = ("US", "GB", "DE")
_TOWNS = ("Akron", "Leeds", "Bremen", "Dayton", "Hull", "Essen", "Boulder", "York", "Jena", "Ithaca")
_SEATS = (
    lambda n: [f"{n % 9973} Harbour Street", _TOWNS[n % 10], "US-OH", "US", f"{10000 + n % 89999}", "RA000628"],
    lambda n: [f"{n % 997} Dock Road", _TOWNS[n % 10], "", "GB", f"E{n % 9 + 1} {n % 9}AB", "RA000585"],
    lambda n: [
        f"Hafenstrasse {n % 997}",
        _TOWNS[n % 10],
        "DE-NW",
        "DE",
        f"{10000 + n % 89999}",
        f"RA000{n % 90 + 200}",
    ],
)
"""Seats in three countries; of the third, addresses are written the other way round."""
WITH_PARENT = 0.35
"""The share of organisations that have a parent; of GLEIF's own it is less than a tenth."""


def leis(size: int) -> list[str]:
    """As many different LEIs, with check digits (ISO 7064, MOD 97-10)."""
    heads = [f"5299{n:014d}" for n in range(size)]
    return [f"{head}{98 - int(head + '00') % 97:02d}" for head in heads]


def parents(size: int, seed: int = 0) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """The parent of each organisation, itself where none: chains of up to eight below tops, and a few rings."""
    chance = np.random.default_rng(seed)
    out = np.arange(size)
    owned = np.flatnonzero(chance.random(size) < WITH_PARENT)
    owned = owned[owned > 0]
    out[owned] = (owned * chance.beta(1, 2, len(owned))).astype(np.int64)
    ring = np.arange(0, min(size // 1000, 300) // 3 * 3).reshape(-1, 3)
    out[ring] = np.roll(ring, 1, axis=1)
    return out


def write(folder: Path, size: int) -> tuple[Path, Path]:
    """Both files for so many organisations."""
    codes, above = leis(size), parents(size)
    first, second = folder / "lei2.csv", folder / "rr.csv"
    with first.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, quoting=csv.QUOTE_ALL)
        out.writerow(LEVEL_1)
        out.writerows(
            [code, f"Company {n % 9973} {n} Holding Limited", "en", *_SEATS[n % 3](n), f"{n:08d}", _COUNTRIES[n % 3],
             "GENERAL", "8888", "ACTIVE", "2001-02-03T00:00:00Z", "2013-05-06T00:00:00Z", "2025-07-08T09:10:11Z",
             "ISSUED", codes[0]]
            for n, code in enumerate(codes)
        )  # fmt: skip
    with second.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, quoting=csv.QUOTE_ALL)
        out.writerow(LEVEL_2)
        out.writerows(
            [codes[n], "LEI", codes[parent], "LEI", "IS_DIRECTLY_CONSOLIDATED_BY", "ACTIVE", "2010-01-01T00:00:00Z", "",
             "RELATIONSHIP_PERIOD", "ACCOUNTING_CONSOLIDATION", "100.00", "PERCENTAGE", "2025-07-08T09:10:11Z",
             "PUBLISHED"]
            for n, parent in enumerate(above.tolist())
            if n != parent
        )  # fmt: skip
    return first, second


def declared(size: int) -> Resolved:
    """The same organisations and edges as resolved records: what the hierarchy is made of."""
    codes = pa.array(leis(size))
    above = parents(size)
    child = np.flatnonzero(above != np.arange(size))
    rows = pa.array(np.arange(size))
    claims = pa.table({"row": rows, "namespace": pa.repeat("lei", size), "value": codes, "identifier": rows})
    relations = pa.table(
        {
            "row": pa.array(child),
            "kind": pa.repeat("subsidiary_of", len(child)),
            "namespace": pa.repeat("lei", len(child)),
            "value": codes.take(pa.array(above[child])),
            "share": pa.repeat("100", len(child)),
            **{name: pa.nulls(len(child), pa.string()) for name in RELATION_STRUCT.names[4:]},
        }
    )
    records = pa.table({"id": pa.array(np.arange(1, size + 1)), "source": pa.repeat("gleif", size)})
    fields = pa.table({"organisation": codes})
    return Resolved(records, fields, np.full(size, -1), np.arange(1, size + 1), claims=claims, relations=relations)


def main(size: int, folder: Path) -> None:
    """Print what each step takes of the processor."""
    files = write(folder, size)
    sys.stdout.write(f"| {size:,} organisations | processor, s |\n|---|---|\n")
    for file in files:
        begun = time.process_time()
        with open_store(f"sqlite:{folder / 'bench.db'}", Settings()) as store:
            report = load(store, LOCAL, GleifSource(file), file.stem)
        sys.stdout.write(f"| load {file.name}: {report.rows:,} rows | {time.process_time() - begun:.1f} |\n")
    known = declared(size)
    begun = time.process_time()
    found = hierarchy(known)
    sys.stdout.write(f"| hierarchy: {found.groups:,} groups | {time.process_time() - begun:.1f} |\n")
    begun = time.process_time()
    ultimate(parents(size))
    sys.stdout.write(f"| floor: pointer jumping alone | {time.process_time() - begun:.1f} |\n")


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    if len(sys.argv) > 2:
        main(count, Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as made:
            main(count, Path(made))
