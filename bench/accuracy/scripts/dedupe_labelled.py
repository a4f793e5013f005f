"""dedupe, trained with 400 labelled pairs of the truth: 200 of one entity, 200 that look alike and are not.

    python dedupe_labelled.py RECORDS TRUTH OUT

A person would answer questions; here the truth answers. Its own clustering, at a sweep of thresholds.
"""

import csv
import random
from pathlib import Path

import dedupe
from columns import paths, read, roles, write
from dedupe import variables

THRESHOLDS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
LABELS = 200


def labelled(data, truth, columns):
    """Pairs of one entity, and pairs of two that agree on a value of a column."""
    rng = random.Random(0)
    members = {}
    for record in data:
        members.setdefault(truth[record], []).append(record)
    matches = []
    for group in members.values():
        matches += [(a, b) for at, a in enumerate(group) for b in group[:at]][:20]
    alike = {}
    for record, row in data.items():
        for column in columns:
            if row[column]:
                alike.setdefault((column, row[column]), []).append(record)
    shared = [group for group in alike.values() if len(group) > 1]
    distinct = set()
    for _ in range(200_000):
        a, b = rng.sample(rng.choice(shared), 2)
        if truth[a] != truth[b]:
            distinct.add((a, b))
        if len(distinct) == LABELS:
            break
    chosen = rng.sample(matches, min(LABELS, len(matches)))
    pick = lambda pairs: [(data[a], data[b]) for a, b in pairs]  # noqa: E731 - one line says it
    return {"match": pick(chosen), "distinct": pick(sorted(distinct))}


def main():
    records, truth_path, out = paths()
    frame = read(records)
    # Each field more takes minutes more.
    known = roles(frame, one_place=True)
    columns = list(known.values())
    data = {
        row["record_id"]: {c: (row[c] if isinstance(row[c], str) else None) for c in columns}
        for row in frame[["record_id", *columns]].to_dict("records")
    }
    with Path(truth_path).open(encoding="utf-8", newline="") as file:
        truth = {row["record_id"]: row["entity_id"] for row in csv.DictReader(file)}
    fields = [
        (variables.Exact if role in ("middle", "sex", "age", "region") else variables.String)(column, has_missing=True)
        for role, column in known.items()
    ]
    random.seed(0)
    deduper = dedupe.Dedupe(fields, num_cores=1)
    deduper.prepare_training(data, sample_size=1500)
    deduper.mark_pairs(labelled(data, truth, columns))
    deduper.train(recall=0.95)
    # Scoring is the same for every threshold, so it is done once.
    scores = deduper.score(deduper.pairs(data))
    ids = frame["record_id"].tolist()
    found = {}
    for threshold in THRESHOLDS:
        of = {record: f"alone {record}" for record in ids}
        for number, (group, _) in enumerate(deduper.cluster(scores, threshold=threshold)):
            of.update(dict.fromkeys(map(str, group), str(number)))
        found[str(threshold)] = [of[record] for record in ids]
    write(out, ids, found)


if __name__ == "__main__":
    main()
