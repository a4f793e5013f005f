"""Generated parts of documents: the text between `<!-- NAME: generated -->` and `<!-- NAME: end -->`."""

from pathlib import Path


def between(text: str, name: str) -> tuple[int, int]:
    """Where the generated part of a document begins and ends; ValueError where the markers are missing."""
    first, last = f"<!-- {name}: generated -->\n", f"<!-- {name}: end -->"
    return text.index(first) + len(first), text.index(last)


def put(path: Path, name: str, body: str) -> None:
    """Replace a generated part."""
    text = path.read_text("utf-8")
    begin, end = between(text, name)
    path.write_text(f"{text[:begin]}\n{body.strip()}\n\n{text[end:]}", "utf-8")
