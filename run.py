#!/usr/bin/env python3
"""Set this checkout up and run it, with nothing but Python and its standard library.

    python3 run.py demo [--no-serve ...]   make the demo world, load and resolve it, serve the answers
    python3 run.py test [pytest options]   run the tests; without options on up to four cores, and but for the long ones
    python3 run.py check                   format, lint, types and layers
    python3 run.py spine ARGUMENTS         any other command of the product

The first call makes `.venv` and installs the locked packages into it, every file checked against its hash; later
calls start at once. pip does the installing, so mirrors and proxies set up for pip are used.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
SHARING = ("--dist", "loadgroup")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")


def main(arguments: list) -> int:
    """Run one command and give back its exit code."""
    if sys.version_info < OLDEST:
        return fail(too_old())
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command not in ("demo", "test", "check", "spine"):
        print(__doc__)
        return 0 if command in ("-h", "--help", "help") else 2
    problem = set_up("run" if command in ("demo", "spine") else "test")
    if problem:
        return fail(problem)
    if command == "test":
        return start(str(PYTHON), "-m", "pytest", *(rest or ["-n", str(min(os.cpu_count() or 1, 4)), *SHARING]))
    if command == "check":
        return check()
    spine = str(SCRIPTS / ("spine.exe" if os.name == "nt" else "spine"))
    return start(spine, *(["demo"] if command == "demo" else []), *rest)


def too_old() -> str:
    """What to tell the user of a Python that is too old, with a newer one if this machine has it."""
    message = "Python %d.%d or newer is needed; this is %d.%d (%s)." % (*OLDEST, *sys.version_info[:2], sys.executable)
    for minor in range(OLDEST[1] + 9, OLDEST[1] - 1, -1):
        name = "python3.%d" % minor
        if quiet(name, "--version"):
            return message + " This machine has %s: use that instead of python3." % name
    return message + " Get one from python.org or your system's packages, and start again with it."


def set_up(which: str) -> str:
    """Make `.venv` hold the packages of requirements/`which`.txt and this project; what went wrong, or nothing."""
    if not works():
        say("Making a virtual environment in .venv ...")
        shutil.rmtree(str(VENV), ignore_errors=True)
        if subprocess.call([sys.executable, "-m", "venv", str(VENV)]) != 0:
            shutil.rmtree(str(VENV), ignore_errors=True)
            return (
                "Python could not make a virtual environment (see above). "
                "On Debian and Ubuntu it is a package of its own: apt install python3-venv."
            )
    if installed(which) or installed("test"):
        return ""
    if not quiet(str(PYTHON), "-Im", "pip", "--version") and subprocess.call([str(PYTHON), "-Im", "ensurepip"]) != 0:
        return "The virtual environment in .venv has no pip: delete that folder and start again."
    say("Installing the locked packages into .venv (once; a minute or two) ...")
    if pip("--require-hashes", "--requirement", str(requirements(which))) != 0:
        return (
            "The packages could not be installed (pip says why above). They come from the Python package index: "
            "check the network; behind a proxy set HTTPS_PROXY, for a mirror set PIP_INDEX_URL, then start again."
        )
    if pip("--no-deps", "--no-build-isolation", "--editable", str(HERE)) != 0:
        return "This checkout could not be installed into .venv (pip says why above): is it complete?"
    stamp(which).write_text(fingerprint(which))
    return ""


def requirements(which: str) -> Path:
    """The list of locked packages."""
    return HERE / "requirements" / (which + ".txt")


def stamp(which: str) -> Path:
    """The file that says what `.venv` holds."""
    return VENV / (".installed-" + which)


def installed(which: str) -> bool:
    """True where `.venv` holds these packages as they are locked now."""
    return stamp(which).is_file() and stamp(which).read_text() == fingerprint(which)


def fingerprint(which: str) -> str:
    """Changes whenever `.venv` has to be brought up to date."""
    content = requirements(which).read_bytes() + (HERE / "pyproject.toml").read_bytes()
    return hashlib.sha256(content + repr((sys.version_info[:2], str(HERE))).encode()).hexdigest()


def works() -> bool:
    """True where `.venv` has a Python that runs and has this one's version."""
    probe = "import sys; sys.exit(sys.version_info[:2] != (%d, %d))" % sys.version_info[:2]
    return quiet(str(PYTHON), "-Ic", probe)


def quiet(*command: str) -> bool:
    """Run a command without showing its output; True where it exists and succeeds."""
    try:
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def pip(*options: str) -> int:
    """Install into `.venv`, quietly but for errors."""
    environment = dict(os.environ, PIP_USER="0", PIP_REQUIRE_VIRTUALENV="0", PIP_DISABLE_PIP_VERSION_CHECK="1")
    command = [str(PYTHON), "-Im", "pip", "install", "--quiet", "--no-input", "--retries", "2", *options]
    return subprocess.call(command, env=environment)


def check() -> int:
    """Run every check to its end; the number of those that failed."""
    failed = 0
    for name, *options in (
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy",),
        ("lint-imports",),
    ):
        say(" ".join((name, *options)))
        failed += subprocess.call([str(SCRIPTS / name), *options], cwd=str(HERE)) != 0
    return failed


def start(*command: str) -> int:
    """Become the command where the system allows it, so that signals reach it; else run it and wait."""
    sys.stdout.flush()
    if command[1:3] == ("-m", "pytest"):
        os.chdir(str(HERE))
    if os.name != "nt":
        os.execv(command[0], list(command))
    return subprocess.call(list(command))


def say(message: str) -> None:
    """Tell the user what goes on, beside the output of the command itself."""
    print(message, file=sys.stderr, flush=True)


def fail(message: str) -> int:
    """Say what is wrong and what to do, and end with 1."""
    say(message)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
