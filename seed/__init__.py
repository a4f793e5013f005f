"""Deterministic worlds with known truth: exports of many source systems, their mappings, and named hard cases.

`seed.world.build(out, persons, seed)` writes one. How it is made, in the order of modules: `chance` and `dates` draw
and count; `pools` and `places` are the raw material; `population`, `contacts` and `companies` are the truth; `facts` is
what a source saw of it, with the `slips` of its clerks and scanners; `sources/` are the source systems with their own
columns, `mappings/` how to read them; `hard_cases/` adds records written down one by one; `world` writes it all.

The truth, beside the exports: `truth_person.csv`, `truth_household.csv` and `truth_organisation.csv` have the columns
`source,record_id,entity_id`. The household is that of the person at the address which the record shows, empty where it
shows none or an office. `truth_parent.csv` has `entity_id,ultimate_parent`: control by more than half, an organisation
without such an owner is its own ultimate parent, and inside an ownership loop there is none. `hard_cases.json` has the
records of each case and what must come out of them (`seed.hard_cases.case`).
"""
