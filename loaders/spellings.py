"""What a word was probably meant to be, for the end of an error message."""

from collections.abc import Iterable

from rapidfuzz import fuzz, process


def near(word: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """At most `limit` known words that look like `word`, best first; empty where none does."""
    hits = process.extract(word.lower(), {k: k.lower() for k in known}, scorer=fuzz.ratio, limit=limit, score_cutoff=60)
    return [key for _, _, key in hits]


def hint(word: str, known: Iterable[str]) -> str:
    """`did you mean a, b?`, or the whole list where nothing looks alike."""
    words = list(known)
    close = near(word, words)
    if close:
        return f"did you mean {', '.join(close)}?"
    return f"known are: {', '.join(words)}" if words else "there are none"
