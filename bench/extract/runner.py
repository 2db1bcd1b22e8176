"""Feeds pages to an extractor as JSON lines, and takes its CPU time from outside. Standard library alone.

One page a line on stdin, {"id","url","content_type","html_base64"}; on stdout, in any order, one line for each article
of a page, {"id","ordinal","title","body","author","source","published_at"}, or {"id","rejected"} for a page without an
article, or {"id","error"}. The program ends when its stdin ends. It may close with a JSON line on stderr that has
"allocs" and "alloc_bytes".
"""
import base64
import json
import os
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field

from corpus import address, page_path


class RunError(Exception):
    """The program could not be started, or fails on empty input."""


@dataclass
class Run:
    answers: dict = field(default_factory=dict)  # by page: one answer, the articles of a page joined
    cpu_s: float = 0.0  # user and system time of the whole child, less an empty run; 0 = too short to tell
    wall_s: float = 0.0
    pages: int = 0
    bytes: int = 0
    code: int = 0
    stray: int = 0  # lines that are no answer to a page
    allocs: dict = field(default_factory=dict)
    message: str = ""  # the last words on stderr


def request_lines(folder, rows):
    """[(id, line)], made before the clock starts."""
    lines = []
    for row in rows:
        raw = page_path(folder, row["id"]).read_bytes()
        lines.append((row["id"], json.dumps({
            "id": row["id"], "url": address(row), "content_type": row.get("content_type") or "text/html",
            "html_base64": base64.b64encode(raw).decode("ascii")}).encode() + b"\n"))
    return lines


def child(command, feed, timeout):
    """(stdout lines, stderr, exit code, CPU seconds, wall seconds) of one run; feed writes into its stdin."""
    env = {"GOMAXPROCS": "1", **os.environ}
    start = time.perf_counter()
    with tempfile.TemporaryFile() as err:
        try:
            proc = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=err, env=env)
        except OSError as e:
            raise RunError(f"{command[0]}: {e.strerror or e}") from None
        killer = threading.Timer(timeout, proc.kill)
        killer.daemon = True
        killer.start()
        feeder = threading.Thread(target=feed_and_close, args=(proc.stdin, feed), daemon=True)
        feeder.start()
        lines = proc.stdout.readlines()
        _, status, used = os.wait4(proc.pid, 0)  # this child's own figures, with all that it waited for
        wall = time.perf_counter() - start
        killer.cancel()
        proc.returncode = os.waitstatus_to_exitcode(status)
        feeder.join()
        proc.stdout.close()
        err.seek(0)
        return lines, err.read().decode("utf8", "replace"), proc.returncode, used.ru_utime + used.ru_stime, wall


def feed_and_close(stdin, feed):
    try:
        for line in feed:
            stdin.write(line)
        stdin.close()
    except OSError:  # it ended early: its exit code tells
        pass


def empty_run(command, timeout=120):
    """CPU seconds of starting and ending: the less of two runs, since the first reads the program from disk."""
    seconds = []
    for _ in range(2):
        _, err, code, cpu, _ = child(command, [], timeout)
        if code:
            raise RunError(f"{' '.join(command)}: exit code {code} on empty input: {last_line(err)}")
        seconds.append(cpu)
    return min(seconds)


def run(command, folder, rows, empty_s, timeout=3600):
    """One run over the pages."""
    lines = request_lines(folder, rows)
    out, err, code, cpu, wall = child(command, [line for _, line in lines], timeout)
    r = Run(cpu_s=max(cpu - empty_s, 0.0), wall_s=wall, pages=len(lines), code=code, message=last_line(err),
            bytes=sum(page_path(folder, row["id"]).stat().st_size for row in rows))
    got = {page: [] for page, _ in lines}
    for line in out:
        try:
            answer = json.loads(line)
            got[answer["id"]].append(answer)
        except (ValueError, KeyError, TypeError):
            r.stray += 1
    r.answers = {page: joined(page, answers, code) for page, answers in got.items()}
    r.allocs = allocs_of(r.message)
    return r


def joined(page, answers, code):
    """A page's articles are scored as one: bodies in the order of "ordinal", the rest of the first."""
    if not answers:
        return {"id": page, "error": f"no answer (exit code {code})"}
    answers = sorted(answers, key=lambda a: a.get("ordinal") or 0)
    first = dict(answers[0])
    if len(answers) > 1:
        first["body"] = "\n".join(a.get("body") or "" for a in answers)
        first["articles"] = len(answers)
    first["date"] = first.get("published_at") or first.get("date")
    if not first.get("error"):
        first.pop("error", None)
    return first


def last_line(text):
    lines = text.strip().splitlines()
    return lines[-1][:300] if lines else ""


def allocs_of(line):
    try:
        said = json.loads(line)
        return {"allocs": int(said["allocs"]), "alloc_bytes": int(said["alloc_bytes"])}
    except (ValueError, KeyError, TypeError):
        return {}
