"""Splink 5 set up as its documentation does: one comparison of its library per column, its tutorial's training.

    python splink_documented.py RECORDS TRUTH OUT

Comparisons, blocking rules, deterministic rules with a recall of 0.7 and the two rounds of EM follow the tutorial and
the 50 k example of the documentation. Clusters are its connected components, at a sweep of probabilities.
"""

from itertools import combinations

import splink.comparison_library as cl
from columns import paths, read, roles, write
from splink import Linker, SettingsCreator, block_on
from splink.internals.duckdb.database_api import DuckDBAPI

THRESHOLDS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 0.9999, 0.99999, 0.999999)


def comparisons(frame, known):
    out = []
    if "given" in known and "surname" in known:
        out.append(cl.ForenameSurnameComparison(known["given"], known["surname"]))
    for role in ("organisation",):
        if role in known:
            out.append(cl.NameComparison(known[role]).configure(term_frequency_adjustments=True))
    if "birth" in known:
        dates = frame[known["birth"]].dropna()
        shape = next((form for form, rule in FORMS.items() if dates.str.fullmatch(rule).mean() > 0.5), "%Y-%m-%d")
        out.append(cl.DateOfBirthComparison(known["birth"], input_is_string=True, datetime_format=shape))
    elif "age" in known:
        out.append(cl.ExactMatch(known["age"]))
    if "email" in known:
        out.append(cl.EmailComparison(known["email"]))
    for role in ("phone", "national", "street", "place"):
        if role in known:
            out.append(cl.LevenshteinAtThresholds(known[role], [1, 2]))
    for role in ("number", "unit", "city", "postcode"):
        if role in known:
            out.append(cl.ExactMatch(known[role]).configure(term_frequency_adjustments=True))
    out += [cl.ExactMatch(known[role]) for role in ("middle", "sex") if role in known]
    return out


FORMS = {"%Y-%m-%d": r"\d{4}-\d\d-\d\d", "%m/%d/%Y": r"\d\d/\d\d/\d{4}", "%Y%m%d": r"\d{8}"}


MOST_PAIRS = 1_000_000


def rules(frame, known):
    """Blocking for prediction, strict rules for the prior, and the two rules of training.

    Columns block alone, as in the tutorial, where they make few enough pairs (its advice is to count them), else two
    together.
    """
    block = []
    wide = ["given", "surname", "birth", "email", "phone", "national", "organisation", "street", "place"]
    wide = [known[role] for role in wide if role in known]
    many = []
    for column in wide:
        (block if pairs(frame, [column]) <= MOST_PAIRS else many).append([column])
    for one, other in combinations([column for [column] in many], 2):
        if pairs(frame, [one, other]) <= MOST_PAIRS:
            block.append([one, other])
    strict = [("given", "surname", "birth"), ("email",), ("national",), ("given", "surname", "age", "place"),
              ("organisation", "street")]  # fmt: skip
    certain = [[known[role] for role in rule] for rule in strict if all(role in known for role in rule)]
    training = [("given", "surname"), ("birth",), ("organisation",), ("street", "number"), ("street",)]
    train = [[known[role] for role in rule] for rule in training if all(role in known for role in rule)][:2]
    return [[block_on(*rule) for rule in group] for group in (block, certain, train)]


def pairs(frame, columns):
    """How many pairs agree on the columns."""
    sizes = frame.dropna(subset=columns).groupby(columns).size()
    return int((sizes * (sizes - 1) // 2).sum())


def main():
    records, _, out = paths()
    frame = read(records)
    known = roles(frame)
    block, certain, train = rules(frame, known)
    frame = frame.rename(columns={"record_id": "unique_id"})
    settings = SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=block,
        comparisons=comparisons(frame, known),
        retain_intermediate_calculation_columns=False,
    )
    linker = Linker(DuckDBAPI().register(frame), settings)
    linker.training.estimate_probability_two_random_records_match(certain, recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6)
    for rule in train:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    pairs = linker.inference.predict(threshold_match_probability=min(THRESHOLDS))
    ids = frame["unique_id"].tolist()
    found = {}
    for threshold in THRESHOLDS:
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold)
        table = clusters.as_duckdbpyrelation().df()
        of = dict(zip(table["unique_id"], table["cluster_id"], strict=True))
        found[str(threshold)] = [of[record] for record in ids]
    write(out, ids, found)


main()
