"""Every error the product raises on purpose, each with a stable code.

    SpineError                 SPINE_ERROR
    ├── InputError             BAD_INPUT          what a user handed in can't be used
    │   ├── FileError          UNREADABLE_FILE    a file that is missing, empty, or not what its name says
    │   ├── MappingError       BAD_MAPPING        a mapping that is not valid, or does not fit its file
    │   └── ValueProblem       BAD_VALUE          one value of one row; becomes a reject, never stops a load
    ├── QueryError             BAD_ARGUMENT       a question that can't be answered as asked
    │   ├── BadId              BAD_ID
    │   ├── BadCursor          BAD_CURSOR
    │   ├── TooExpensive       TOO_EXPENSIVE      depth, aliases, tokens, rows or time above the limit
    │   └── Unsupported        UNSUPPORTED        a question that this kind of store does not answer
    ├── NotFound               NOT_FOUND
    ├── SettingsError          BAD_SETTING
    ├── AccessDenied           ACCESS_DENIED
    ├── ModelError             BAD_MODEL          no model, or one of another version
    └── StoreError             STORE_ERROR
        ├── BadStoreUrl        BAD_STORE_URL
        ├── StoreUnavailable   STORE_UNAVAILABLE  not reachable, wrong password, disk full
        ├── StoreBusy          STORE_BUSY         another writer holds the lock; try again
        └── SchemaMismatch     SCHEMA_MISMATCH    written by a newer version of the product

A message names the place (file, line, column, argument) and `remedy` says what to do about it.
"""


class SpineError(Exception):
    """The root of the tree: `code` is stable, `remedy` is a sentence for the user or empty."""

    code = "SPINE_ERROR"

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class InputError(SpineError):
    """What a user handed in can't be used."""

    code = "BAD_INPUT"


class FileError(InputError):
    """A file that is missing, empty, or not what its name says."""

    code = "UNREADABLE_FILE"


class MappingError(InputError):
    """A mapping that is not valid, or does not fit its file."""

    code = "BAD_MAPPING"


class ValueProblem(InputError):
    """One value of one row that can't be used: it becomes a reject and never stops a load."""

    code = "BAD_VALUE"


class QueryError(SpineError):
    """A question that can't be answered as asked."""

    code = "BAD_ARGUMENT"


class BadId(QueryError):
    """An id that this product never gave out."""

    code = "BAD_ID"


class BadCursor(QueryError):
    """A cursor that this product never gave out."""

    code = "BAD_CURSOR"


class TooExpensive(QueryError):
    """A question above the limits for depth, aliases, tokens, rows or time."""

    code = "TOO_EXPENSIVE"


class Unsupported(QueryError):
    """A question that this kind of store does not answer."""

    code = "UNSUPPORTED"


class NotFound(SpineError):
    """Something named that is not there."""

    code = "NOT_FOUND"


class SettingsError(SpineError):
    """A setting or environment variable with a value that can't be used."""

    code = "BAD_SETTING"


class AccessDenied(SpineError):
    """The principal may not do this."""

    code = "ACCESS_DENIED"


class ModelError(SpineError):
    """No model where one is needed, or one of another version."""

    code = "BAD_MODEL"


class NotReady(SpineError):
    """An answer that is still being made ready; ask again."""

    code = "NOT_READY"


class StoreError(SpineError):
    """A store that could not do what was asked."""

    code = "STORE_ERROR"


class BadStoreUrl(StoreError):
    """A store URL of no known kind."""

    code = "BAD_STORE_URL"


class StoreUnavailable(StoreError):
    """A store that can't be reached, or refuses the credentials."""

    code = "STORE_UNAVAILABLE"


class StoreBusy(StoreError):
    """Another writer holds the lock for longer than the time-out."""

    code = "STORE_BUSY"


class SchemaMismatch(StoreError):
    """A store written by a newer version of the product."""

    code = "SCHEMA_MISMATCH"
