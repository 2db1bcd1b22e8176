"""Which extractors the bench runs, and how they are built. Standard library alone.

Nothing is fetched for PEERS=none. The Go peers are built from the module in peers/, the PyPI peers go into a venv in
the cache folder; newsmill itself needs neither.
"""
import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
RODS = ("adapter-only", "decode-only", "parse-only")  # not scored: what a part of the work costs
GO = ("go-trafilatura", "go-readability-v2", "go-readability-shiori")
GO_MORE = ("go-trafilatura-fast",)  # by name only
PYPI = ("trafilatura", "resiliparse", "readability-lxml")
PYPI_MORE = ("trafilatura-fast",)


class PeerError(Exception):
    """A peer cannot be had; the message says why and what to do."""


@dataclass
class Extractor:
    name: str
    command: list
    scored: bool = True
    counter: list = None  # a program of the same work that counts allocations, where the command does not


def wanted(words):
    """Names for "go", "pypi", "all", "none" and names, in the order of the lists above."""
    groups = {"go": GO, "pypi": PYPI, "all": GO + PYPI, "none": (), **{n: (n,) for n in GO + GO_MORE + PYPI + PYPI_MORE}}
    names = set()
    for word in words:
        if word not in groups:
            raise PeerError(f"no peer {word!r}; there are {', '.join(groups)}")
        names.update(groups[word])
    return [n for n in GO + GO_MORE + PYPI + PYPI_MORE if n in names]


def cache_folder():
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "newsmill" / "bench-extract"


def rods(go, cache, tell):
    """The measuring rods, and the program that counts our allocations."""
    binary = build(go, HERE / "rods", cache / "rods", tell)
    return [Extractor(name, [str(binary), name], scored=False) for name in RODS], [str(binary), "extract"]


def peers(names, go, cache, tell):
    """The peers, built or installed."""
    found = []
    ours_go = [n for n in names if n in GO + GO_MORE]
    if ours_go:
        binary = build(go, HERE / "peers", cache / "peers", tell)
        found += [Extractor(n, [str(binary), n]) for n in ours_go]
    from_pypi = [n for n in names if n in PYPI + PYPI_MORE]
    if from_pypi:
        python = venv(cache, tell)
        found += [Extractor(n, [str(python), str(HERE / "peers" / "pypi.py"), n]) for n in from_pypi]
    return found


def build(go, folder, binary, tell):
    if not shutil.which(go):
        raise PeerError(f"{go}: not found; the bench needs Go 1.26 or newer (https://go.dev/doc/install)")
    tell(f"building {folder.relative_to(HERE.parent.parent)}")
    binary.parent.mkdir(parents=True, exist_ok=True)
    checked([go, "build", "-trimpath", "-o", str(binary), "."], folder,
            "the Go peers cannot be built (PEERS=none leaves them out)" if folder.name == "peers" else "go build failed")
    return binary


def venv(cache, tell):
    """The python of a venv that holds exactly peers/pypi.txt; another list gets another venv."""
    pins = HERE / "peers" / "pypi.txt"
    key = hashlib.sha256(pins.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = cache / f"venv-{key}"
    python, complete = folder / "bin" / "python", folder / "complete"
    if complete.exists() and python.exists():
        return python
    tell(f"installing the peers of PyPI into {folder}")
    shutil.rmtree(folder, ignore_errors=True)
    cache.mkdir(parents=True, exist_ok=True)
    checked([sys.executable, "-m", "venv", str(folder)], HERE,
            "python3 cannot make a venv (Debian: apt-get install python3-venv; PEERS=go leaves the PyPI peers out)")
    checked([str(python), "-m", "pip", "install", "-q", "--no-deps", "--disable-pip-version-check", "-r", str(pins)], HERE,
            "the peers of PyPI cannot be installed (PEERS=go leaves them out)")
    complete.touch()
    return python


def checked(command, folder, message):
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines()[-6:]
        raise PeerError("\n  ".join([message + ":", *words]))
