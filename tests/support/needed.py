"""What some tests can't do without: where it is missing they are skipped, and where it is required they fail."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


class Missing(Exception):
    """Something that tests run against can't be had here; says why."""


@contextmanager
def needed(what: str) -> Iterator[None]:
    """Whatever is Missing within skips the test, and fails it where `SPINE_REQUIRE_WHAT` is 1."""
    try:
        yield
    except Missing as error:
        import pytest  # here, so that servers can be started without it

        required = f"SPINE_REQUIRE_{what.upper()}"
        if os.environ.get(required) == "1":
            pytest.fail(f"{required}=1, but there is no {what}: {error}", pytrace=False)
        pytest.skip(f"no {what}: {error}")
