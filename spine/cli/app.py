"""The command `spine`: every command group put together, and what an error becomes.

Exit codes: 0 done; 1 failed; 2 asked wrongly (unknown option, value that can't be used); 3 loaded, but some rows were
rejected; 130 interrupted.
"""

import os
import sys

import typer

from spine import __version__
from spine.cli import output
from spine.errors import QueryError, SettingsError, SpineError
from spine.errors import BadStoreUrl

FAILED, USAGE, REJECTS, INTERRUPTED = 1, 2, 3, 130

app = typer.Typer(
    name="spine",
    help="The identity spine: records in; persons, households and corporate parents out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
