#!/usr/bin/env python3
"""pypi.py NAME: runs an extractor of PyPI as a bench adapter, JSON lines in and out as in ../runner.py.

It runs in the venv that ../peers.py makes of pypi.txt. An exception of the extractor is the error of that page.
"""
import base64
import json
import logging
import signal
import sys
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from corpus import decode  # noqa: E402

PAGE_TIMEOUT_S = 60  # of CPU time

# An invented page: what an extractor loads on first use belongs to its start, which the bench takes off.
WARM_UP = """<html lang="en"><head><title>Bridge opened</title><meta name="date" content="2024-03-05"></head><body><article><h1>Bridge
opened</h1><p class="byline">By Ann Example, 5 March 2024</p><p>The new bridge over the river was opened on Tuesday morning, after four
years of work, said the town.</p><p>About nine hundred people walked over it in the first hour, most of them from the villages on the
other side of the river.</p></article></body></html>"""


def trafilatura(**options):
    from trafilatura import bare_extraction

    def extract(html, url):
        doc = bare_extraction(html, url=url, include_comments=False, with_metadata=True, **options)
        return doc and {"title": doc.title, "body": doc.text, "author": doc.author, "published_at": doc.date}
    return extract


def readability_lxml():
    import html_text
    from readability import Document

    def extract(html, url):
        doc = Document(html, url=url)
        return {"title": doc.short_title(), "body": html_text.extract_text(doc.summary(html_partial=True))}
    return extract


def resiliparse():
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    def extract(html, url):
        tree = HTMLTree.parse(html)
        return {"title": tree.title, "body": extract_plain_text(
            tree, main_content=True, preserve_formatting=True, list_bullets=False, alt_texts=False, links=False,
            form_fields=False, noscript=False, comments=False)}
    return extract


EXTRACTORS = {
    "trafilatura": trafilatura,
    "trafilatura-fast": lambda: trafilatura(fast=True),
    "readability-lxml": readability_lxml,
    "resiliparse": resiliparse,
}


def expire(*_):
    raise TimeoutError(f"over {PAGE_TIMEOUT_S} s of CPU time")


def answer(extract, page, html, url):
    line = {"id": page}
    signal.setitimer(signal.ITIMER_PROF, PAGE_TIMEOUT_S)
    try:
        line.update({k: str(v) for k, v in (extract(html, url) or {}).items() if v})
    except Exception as e:  # the peer's failure is a result
        line["error"] = f"{type(e).__name__}: {e}"[:200]
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return line


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in EXTRACTORS:
        sys.exit(f"{__doc__.strip()}\nThere are {', '.join(EXTRACTORS)}.")
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    extract = EXTRACTORS[sys.argv[1]]()
    signal.signal(signal.SIGPROF, expire)
    answer(extract, "", WARM_UP, "http://news.example/")
    for line in sys.stdin.buffer:
        q = json.loads(line)
        out = answer(extract, q["id"], decode(base64.b64decode(q["html_base64"])), q.get("url") or "http://news.example/")
        text = json.dumps(out, ensure_ascii=False)
        sys.stdout.buffer.write(text.encode("utf8", "replace") + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
