"""How fast corporate groups load and resolve to their tops: a file like GLEIF's golden copy, made from a seed.

    python -m bench.gleif [ORGANISATIONS] [FOLDER]

writes level 1 and level 2 in the official CSV layout, and level 1 as XML too (a forest of groups, chains, some rings),
reads each, loads level 1 and 2 together into a new SQLite store (as `spine load FOLDER` does), resolves it, and finds
the ultimate parent of every organisation, beside plain pointer jumping over the same edges as the floor. Times are of
the processor (user and system), and by the clock.
"""

import csv
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from bench.processor import processor
from loaders.gleif import GleifSource
from spine.access.context import LOCAL
from spine.bootstrap import open_engine, open_store
from spine.pipeline.load import load
from spine.pipeline.progress import Stopwatch
from spine.pipeline.resolve import resolve
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


def write_xml(folder: Path, size: int) -> Path:
    """Level 1 as XML: the same cells."""
    codes, target = leis(size), folder / "lei2.xml"
    with target.open("w", encoding="utf-8") as out:
        out.write('<lei:LEIData xmlns:lei="http://www.gleif.org/data/schema/leidata/2016"><lei:LEIRecords>\n')
        for n, code in enumerate(codes):
            street, town, region, country, postcode, register = _SEATS[n % 3](n)
            out.write(
                _RECORD.format(
                    lei=code, name=f"Company {n % 9973} {n} Holding Limited", street=street, town=town, region=region,
                    country=country, postcode=postcode, register=register, number=f"{n:08d}",
                )
            )  # fmt: skip
        out.write("</lei:LEIRecords></lei:LEIData>\n")
    return target


_PLACE = (
    "<lei:FirstAddressLine>{street}</lei:FirstAddressLine><lei:City>{town}</lei:City><lei:Region>{region}</lei:Region>"
    "<lei:Country>{country}</lei:Country><lei:PostalCode>{postcode}</lei:PostalCode>"
)
_RECORD = f"""<lei:LEIRecord><lei:LEI>{{lei}}</lei:LEI><lei:Entity>
<lei:LegalName xml:lang="en">{{name}}</lei:LegalName>
<lei:LegalAddress xml:lang="en">{_PLACE}</lei:LegalAddress>
<lei:HeadquartersAddress xml:lang="en">{_PLACE}</lei:HeadquartersAddress>
<lei:RegistrationAuthority><lei:RegistrationAuthorityID>{{register}}</lei:RegistrationAuthorityID>
<lei:RegistrationAuthorityEntityID>{{number}}</lei:RegistrationAuthorityEntityID></lei:RegistrationAuthority>
<lei:LegalJurisdiction>{{country}}</lei:LegalJurisdiction><lei:EntityCategory>GENERAL</lei:EntityCategory>
<lei:LegalForm><lei:EntityLegalFormCode>8888</lei:EntityLegalFormCode></lei:LegalForm>
<lei:EntityStatus>ACTIVE</lei:EntityStatus><lei:EntityCreationDate>2001-02-03T00:00:00Z</lei:EntityCreationDate>
</lei:Entity><lei:Registration><lei:InitialRegistrationDate>2013-05-06T00:00:00Z</lei:InitialRegistrationDate>
<lei:LastUpdateDate>2025-07-08T09:10:11Z</lei:LastUpdateDate><lei:RegistrationStatus>ISSUED</lei:RegistrationStatus>
</lei:Registration></lei:LEIRecord>
"""


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
    """Print what each step takes."""
    golden = folder / "golden"
    golden.mkdir(parents=True, exist_ok=True)
    files = write(golden, size)
    sys.stdout.write(f"| {size:,} organisations | processor, s | clock, s |\n|---|---|---|\n")
    for file in (*files, write_xml(folder, size)):
        _told(f"read {file.name}", lambda file=file: sum(one.rows for one in GleifSource(file).batches()))
    url = f"sqlite:{folder / 'bench.db'}"
    with open_store(url, Settings()) as store:
        _told("load both", lambda: load(store, LOCAL, GleifSource(golden), "gleif").rows)
        begun = time.perf_counter()
    # Where others have the file open, a load leaves a log that is copied into it meanwhile; closing waits for that.
    sys.stdout.write(f"| &nbsp; closed | | {time.perf_counter() - begun:.1f} |\n")
    with open_store(url, Settings()) as store:
        watch = Stopwatch()
        _told("resolve", lambda: resolve(store, LOCAL, open_engine("local"), watch=watch).ultimate_parents)
        sys.stdout.write("".join(f"| &nbsp; {name} | | {taken:.1f} |\n" for name, taken in watch.seconds.items()))
    known = declared(size)
    _told("hierarchy, of groups", lambda: hierarchy(known).groups)
    _told("floor: pointer jumping alone", lambda: len(ultimate(parents(size))[0]))


def _told(what: str, work: Callable[[], int]) -> None:
    """Do it, and print how many came out and how long it took."""
    begun, spent = time.perf_counter(), processor()
    count = work()
    taken = f"{processor() - spent:.1f} | {time.perf_counter() - begun:.1f}"
    sys.stdout.write(f"| {what}: {count:,} | {taken} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    if len(sys.argv) > 2:
        main(count, Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as made:
            main(count, Path(made))
