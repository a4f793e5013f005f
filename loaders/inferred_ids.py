"""Which column names a row in its source."""

from collections.abc import Callable, Mapping, Sequence

from loaders.column_names import words_of
from loaders.column_values import Profile
from loaders.column_words import MEASURES

REGISTERED = ("lei", "register", "tax_id")
_ENDINGS = ("id", "key", "nr", "number", "nummer", "num", "code", "ref", "numero")
_BEGINNINGS = ("id", "nr", "no", "num", "numero", "numer", "codigo", "codice", "code", "cod", "ref")
"""Words before what is numbered: id_client, Nr klienta, código cliente."""
_OWN = ("customer", "master", "record_id", "employee")
ACCOUNTS = ("login", "ticket", "order", "loyalty")
"""What names a row where nothing else does: a shop's users, the cases of a desk, the cards of a programme."""

_BARE = (["account"], ["konto"], ["device"], ["reg"])
"""What names the number of something as often as the thing: a company, a kind of telephone, a region."""


def record_id(
    profiles: Mapping[str, Profile],
    named: Sequence[str],
    what: Callable[[str], str | None],
    foreign: Callable[[str], bool],
    about_organisations: bool,
) -> list[str]:
    """The column that names the row: by its name, an id's ending or beginning, a register's number, what never repeats.

    `named` are columns called so; `what` says what a column means, None where nobody knows; `foreign` whether it
    belongs to somebody else. Empty where there is none.
    """
    for name in named:
        profile = profiles[name]
        if len(profile.values) == profile.rows and profile.distinct * 2 > profile.rows:
            return [name]
    unique = [name for name, profile in profiles.items() if profile.unique and profile.rows > 1 and not foreign(name)]
    own = [name for name in unique if what(name) in _OWN]
    numbered = [name for name in unique if what(name) is None and _numbered(name)]
    registered = [name for name in unique if about_organisations and what(name) in REGISTERED]
    strange = [name for name in unique if what(name) is None and MEASURES.isdisjoint(words_of(name))]
    shaped = [name for name in strange if profiles[name].shape() in ("uuid", "number", "token")]
    accounts = [name for space in ACCOUNTS for name in unique if what(name) == space]
    return (own + numbered or registered or shaped or accounts)[:1]


def unlike(what: str, profile: Profile, about_organisations: bool) -> str | None:
    """Why a column that is called like an identifier is none by its values; None where it may be one."""
    some = profile.values[:2000]
    figures = [sum(map(str.isdigit, value)) for value in some]
    if (what in ("lei", "ip") and profile.share(what) < 0.2) or (
        what == "email" and sum("@" in value for value in profile.values) < 0.2 * len(profile.values)
    ):
        return f"is called {what} but does not look like it"
    if what == "phone" and max(figures[:200], default=0) < 5:
        return "is called a telephone but has no numbers"
    if what == "register" and not about_organisations and words_of(profile.name)[:1] == ["reg"]:
        return "is a registration, but hardly a company's"
    if words_of(profile.name) in _BARE:
        ids = profile.share("uuid") + profile.share("token") >= 0.7
        if sum(map(bool, figures)) < 0.7 * len(figures) or (what == "device" and not ids):
            return f"is called {what} but does not look like its number"
    return None


def _numbered(name: str) -> bool:
    words = words_of(name) or [""]
    return words[-1].endswith(_ENDINGS) or words[-1] == "no" or (len(words) > 1 and words[0] in _BEGINNINGS)
