"""Reads a corpus folder, and decodes a page for the peers of PyPI. The format stands in README.md. Standard library alone."""
import json
import re
from pathlib import Path


class CorpusError(Exception):
    """The folder is no corpus; the message names the file and the line."""


def read_truth(folder):
    """The rows of truth.jsonl, in order. Every row has an id of its own and a page."""
    path = Path(folder) / "truth.jsonl"
    rows, seen = [], set()
    try:
        lines = path.read_text("utf8").splitlines()
    except FileNotFoundError:
        raise CorpusError(f"{path}: no such file; a corpus is a folder with pages/*.html and truth.jsonl") from None
    except (OSError, UnicodeDecodeError) as e:
        raise CorpusError(f"{path}: {e}") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as e:
            raise CorpusError(f"{path}:{number}: {e}") from None
        page = row.get("id") if isinstance(row, dict) else None
        if not isinstance(page, str) or not page:
            raise CorpusError(f"{path}:{number}: not an object with an id")
        if page in seen:
            raise CorpusError(f"{path}:{number}: the id {page} is there twice")
        if not page_path(folder, page).is_file():
            raise CorpusError(f"{path}:{number}: {page_path(folder, page)} is missing")
        seen.add(page)
        rows.append(row)
    if not rows:
        raise CorpusError(f"{path}: no row")
    return rows


def page_path(folder, page):
    return Path(folder) / "pages" / (page + ".html")


def address(row):
    """The page's address; for one that has lost it a stand-in on its host, or at least its site."""
    if row.get("url"):
        return row["url"]
    host = row.get("domain") or row.get("site") or "news"
    return f"http://{host if '.' in host else host + '.example'}/{row['id']}.html"


META = re.compile(rb'<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*["\']?\s*([\w.:-]+)', re.I)
ALIASES = {"gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "x-sjis": "cp932", "euc-kr": "cp949",
           "ks_c_5601-1987": "cp949", "iso-8859-1": "cp1252", "latin1": "cp1252"}
HIGH_RUN = re.compile(rb"[\x80-\xff]+")
XML_DECL = re.compile(r"^\s*<\?xml[^>]*\?>")


def guess_charset(raw):
    """GB18030 where the high bytes stand in runs, as in two-byte text; Windows-1252 where most stand alone."""
    runs = [len(run) for run in HIGH_RUN.findall(raw)]
    return "gb18030" if sum(n for n in runs if n > 1) * 2 > sum(runs) else "cp1252"


def decode(raw):
    """The same text for every peer: BOM, then valid UTF-8, then the declared charset, then a guess.

    Valid UTF-8 goes before the declaration: saved pages are often transcoded with their <meta> left as it was. A page
    that declares UTF-8 and is not even nearly that is guessed too. peers/decode.go has its twin.
    """
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = raw.decode("utf-16", "replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = decode_declared(raw)
    text = text.replace("\x00", "").replace("\ue5e5", "\u3000")  # the web's GB18030 maps A3A0 to the wide space
    return XML_DECL.sub("", text)


def decode_declared(raw):
    m = META.search(raw[:16384])
    name = m.group(1).decode("ascii", "replace").lower() if m else ""
    if name in ("utf-8", "utf8"):
        text = raw.decode("utf-8-sig", "replace")
        if text.count("\ufffd") * 10 <= sum(b > 127 for b in raw):
            return text
        name = ""
    try:
        return raw.decode(ALIASES.get(name, name) or guess_charset(raw), "replace")
    except LookupError:
        return raw.decode(guess_charset(raw), "replace")
