"""Secrets that the store keeps sealed: opened by their key and place alone, and by no part of what is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.errors import SettingsError
from spine.outgoing.sealing import Keys, is_sealed
from spine.settings import Settings

ONE, OTHER = "one key that is long enough, really", "another key, that is long enough too"
KEYS = Keys([ONE])


@given(st.text(max_size=200), st.text(max_size=20))
def test_what_is_sealed_is_opened_by_its_key_for_what_it_belongs_to(secret: str, belongs: str) -> None:
    sealed = KEYS.seal(secret, belongs)
    assert is_sealed(sealed)
    assert KEYS.open(sealed, belongs) == secret
    assert Keys([OTHER, ONE]).open(sealed, belongs) == secret
    assert KEYS.seal(secret, belongs) != sealed
    for keys, place in ((Keys([OTHER]), belongs), (Keys(), belongs), (KEYS, belongs + "x")):
        with pytest.raises(SettingsError, match="another key"):
            keys.open(sealed, place)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_sealed_secret_that_was_changed_is_refused(place: int, by: int) -> None:
    sealed = KEYS.seal("whsec_abc", "wh_1")
    at = len("sealed:1:") + place % (len(sealed) - len("sealed:1:"))
    changed = sealed[:at] + chr((ord(sealed[at]) + by) % 128) + sealed[at + 1 :]
    try:
        found = KEYS.open(changed, "wh_1")
    except SettingsError:
        return
    # Characters that base64 does not count change nothing.
    assert found == "whsec_abc"


def test_under_a_new_key_secrets_are_sealed_anew() -> None:
    before = KEYS.seal("whsec_abc", "wh_1")
    both = Keys([OTHER, ONE])
    after = both.anew(before, "wh_1")
    assert Keys([OTHER]).open(after, "wh_1") == "whsec_abc"
    assert both.anew(after, "wh_1") == after
    assert is_sealed(KEYS.anew("whsec_clear", "wh_1"))
    assert Keys().anew("whsec_clear", "wh_1") == "whsec_clear"
    assert Keys([OTHER]).anew(before, "wh_1") == before


def test_keys_are_long_and_are_not_shown() -> None:
    with pytest.raises(SettingsError, match="32"):
        Keys(["short"])
    with pytest.raises(SettingsError, match="no key"):
        Keys().seal("whsec_abc", "wh_1")
    chosen = Settings.from_environment({"SPINE_WEBHOOKS_KEY": f"{'k' * 40},{'l' * 40}", "SPINE_NEO4J_PASSWORD": "hush"})
    assert chosen.webhooks_keys == ("k" * 40, "l" * 40)
    assert not any(word in repr(chosen) + repr(Keys(chosen.webhooks_keys)) for word in ("kkk", "lll", "hush"))
