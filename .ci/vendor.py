#!/usr/bin/env python3
"""Fetch the vendored browser files again, as their manifests say: from npm, checked, adapted, hashed. Needs npm.

    .ci/vendor.py                     every file again at its version; fails where npm gives other bytes
    .ci/vendor.py cytoscape=3.35.0    first take another version of a package, and write its hashes down

A manifest lists what each file is: package, version, path inside the package, licence, `origin_sha256` of the
published file where it was adapted, `sha256` of the file as it lies here. Two adaptations exist, because no build step
runs: `imports` gives bare names in import statements a path, and `requires` makes an ES module of a UMD bundle.
"""

import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MANIFESTS = (
    ROOT / "spine" / "api" / "ui" / "vendor" / "manifest.json",
    ROOT / "tests" / "support" / "vendor" / "manifest.json",
)


def main(arguments: list[str]) -> None:
    """Bring every manifest's files up to date."""
    wanted = dict(argument.split("=", 1) for argument in arguments)
    packages: dict[str, dict[str, bytes]] = {}
    for manifest in MANIFESTS:
        document = json.loads(manifest.read_text("utf-8"))
        for one in document["files"]:
            one["version"] = wanted.get(one["package"], one["version"])
            spec = f"{one['package']}@{one['version']}"
            if spec not in packages:
                packages[spec] = fetched(spec)
            vendor(one, packages[spec], manifest.parent, may_change=one["package"] in wanted)
        manifest.write_text(json.dumps(document, indent=2) + "\n", "utf-8")


def vendor(one: dict[str, Any], package: dict[str, bytes], folder: Path, may_change: bool) -> None:
    """Write one file and its licence; refuses bytes that differ from what was written down."""
    content = package[one["path"]]
    found = hashlib.sha256(content).hexdigest()
    known = one.get("origin_sha256", one.get("sha256"))
    if known not in (None, found) and not may_change:
        sys.exit(f"{one['package']}@{one['version']} {one['path']} is not the file that was vendored before.")
    if "imports" in one or "requires" in one:
        one["origin_sha256"] = found
        content = adapted(one, content.decode("utf-8")).encode()
    one["sha256"] = hashlib.sha256(content).hexdigest()
    (folder / one["file"]).write_bytes(content)
    if "LICENSE" in package:
        (folder / one["licence_file"]).write_bytes(package["LICENSE"])


def adapted(one: dict[str, Any], text: str) -> str:
    """The file as an ES module whose imports are paths."""
    text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("//# sourceMappingURL="))
    for name, path in one.get("imports", {}).items():
        text = text.replace(f'from"{name}"', f'from"{path}"')
    if "requires" not in one:
        return text
    names = {name: f"required{at}" for at, name in enumerate(one["requires"])}
    heads = [f'import {names[name]} from "{path}";\n' for name, path in one["requires"].items()]
    known = ", ".join(f'"{name}": {local}' for name, local in names.items())
    return (
        f"{''.join(heads)}const module = {{ exports: {{}} }};\nconst exports = module.exports;\n"
        f"const require = (name) => ({{ {known} }})[name];\n{text}\nexport default module.exports;\n"
    )


def fetched(spec: str) -> dict[str, bytes]:
    """All files of a package, by path; npm checks them against the registry's integrity."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", spec], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        archive = next(Path(folder).glob("*.tgz")).read_bytes()
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        members = [member for member in opened.getmembers() if member.isfile()]
        return {member.name.partition("/")[2]: opened.extractfile(member).read() for member in members}  # type: ignore[union-attr]


if __name__ == "__main__":
    main(sys.argv[1:])
