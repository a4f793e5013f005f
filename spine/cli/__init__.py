"""The command line: thin over `explore`, `pipeline` and `api`; its answers are for people, or one JSON document."""
