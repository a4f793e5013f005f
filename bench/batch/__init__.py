"""How long a batch takes from files to a store that answers, stage by stage, beside Splink on the same records."""
