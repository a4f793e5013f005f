"""recordlinkage with its unsupervised ECM classifier: Jaro-Winkler names, exact or near values, 0 / 1 vectors.

    python recordlinkage_ecm.py RECORDS TRUTH OUT

Blocks on single columns as its documentation does; blocks of more than 500 records are left out, as they would not
fit. Clusters are connected components of the pairs above a probability, since the package has no clustering.
"""

import numpy as np
import pandas as pd
import recordlinkage
from columns import components, paths, read, roles, write

THRESHOLDS = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999)
LARGEST = 500


def main():
    records, _, out = paths()
    frame = read(records)
    known = roles(frame)
    pairs = None
    for role in ("given", "surname", "birth", "email", "phone", "national", "street", "place", "organisation"):
        if role not in known:
            continue
        column = known[role]
        sizes = frame[column].value_counts()
        part = frame[frame[column].isin(sizes[sizes <= LARGEST].index)]
        indexer = recordlinkage.Index()
        indexer.block(column)
        found = indexer.index(part)
        pairs = found if pairs is None else pairs.union(found)
    compare = recordlinkage.Compare()
    for role, column in known.items():
        if role in ("given", "surname", "street", "place", "organisation", "city"):
            compare.string(column, column, method="jarowinkler", threshold=0.85, label=role)
        elif role in ("birth", "email", "phone", "national"):
            compare.string(column, column, method="damerau_levenshtein", threshold=0.85, label=role)
        else:
            compare.exact(column, column, label=role)
    vectors = compare.compute(pairs, frame)
    vectors = (vectors > 0).astype(int)
    vectors = vectors.loc[:, vectors.nunique() > 1]
    ecm = recordlinkage.ECMClassifier(init="jaro", max_iter=200)
    ecm.fit(vectors)
    probability = np.asarray(ecm.prob(vectors))
    left = pd.Index(pairs.get_level_values(0)).to_numpy()
    right = pd.Index(pairs.get_level_values(1)).to_numpy()
    found = {}
    for threshold in THRESHOLDS:
        kept = probability >= threshold
        found[str(threshold)] = components(len(frame), left[kept], right[kept])
    write(out, frame["record_id"], found)


main()
