#!/usr/bin/env python3
"""Runs newsmill and other extractors over folders of saved pages with their truth, and prints what each is worth as Markdown.

make bench-extract CORPUS="dir …" [PEERS="go|pypi|all|none|NAME …"] [ARGS="--by-lang …"]. README.md has the formats.
"""
import argparse
import json
import os
import shlex
import sys
from pathlib import Path

if sys.version_info < (3, 11):
    sys.exit("bench-extract needs Python 3.11 or newer; this is " + sys.version.split()[0])

sys.dont_write_bytecode = True

import peers  # noqa: E402
import report  # noqa: E402
from corpus import CorpusError, read_truth  # noqa: E402
from measures import score_page, scored  # noqa: E402
from runner import RunError, empty_run, run  # noqa: E402

HERE = Path(__file__).resolve().parent
OURS = "newsmill"


def tell(message):
    print(message, file=sys.stderr, flush=True)


def arguments():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("corpus", nargs="*", help="corpus folders; without one, the tiny corpus in testdata")
    ap.add_argument("--ours", metavar="COMMAND", help="our program; without it, only the others run")
    ap.add_argument("--peers", default="go", help="go, pypi, all, none, or names, with spaces between")
    ap.add_argument("--also", action="append", default=[], metavar="NAME=COMMAND", help="one more program of the same protocol")
    ap.add_argument("--lang", default="", help="only pages of this language (prefix)")
    ap.add_argument("--where", action="append", default=[], metavar="KEY=A,B", help="only pages whose truth has KEY A or B")
    ap.add_argument("--rounds", type=int, default=1, help="run everything so often, in turns, and keep each one's least CPU time")
    ap.add_argument("--by-lang", action="store_true", help="F1 by language too")
    ap.add_argument("--leaks", action="store_true", help="the kinds of Chinese boilerplate too")
    ap.add_argument("--worst", type=int, default=0, metavar="N", help="our N worst pages of every corpus too")
    ap.add_argument("--out", type=Path, metavar="DIR", help="keep all answers and page scores here")
    ap.add_argument("--timeout", type=float, default=3600, help="seconds for one extractor over one corpus")
    ap.add_argument("--cache", type=Path, default=peers.cache_folder(), help="where peers are built and installed")
    ap.add_argument("--go", default=os.environ.get("GO") or "go")
    ap.add_argument("--self-test", action="store_true", help="test the bench itself, and end")
    return ap.parse_args()


def main():
    args = arguments()
    if args.self_test:
        return self_test()
    try:
        corpora = {str(folder): select(read_truth(folder), args) for folder in args.corpus or [HERE / "testdata"]}
        extractors = all_extractors(args)
    except (CorpusError, peers.PeerError) as e:
        return f"bench-extract: {e}"
    if not sum(map(len, corpora.values())):
        return "bench-extract: no page fits --lang and --where"
    try:
        results = measure({f: rows for f, rows in corpora.items() if rows}, extractors, args)
    except RunError as e:
        return f"bench-extract: {e}"
    print_report(results, extractors, args)
    if args.out:
        (args.out / "scores.json").write_text(json.dumps(
            {folder: {r.name: vars(r) for r in rs} for folder, rs in results.items()}, ensure_ascii=False, indent=1), "utf8")
    return None


def select(rows, args):
    rows = [r for r in rows if (r.get("lang") or "").startswith(args.lang)]
    for condition in args.where:
        key, _, values = condition.partition("=")
        rows = [r for r in rows if str(r.get(key)) in values.split(",")]
    return rows


def all_extractors(args):
    names = peers.wanted(args.peers.replace(",", " ").split())
    rods, counter = peers.rods(args.go, args.cache, tell)
    found = []
    if args.ours:
        found.append(peers.Extractor(OURS, shlex.split(args.ours), counter=counter))
    for extra in args.also:
        name, _, command = extra.partition("=")
        if not command or "/" in name:
            raise peers.PeerError(f"--also wants NAME=COMMAND, not {extra!r}")
        found.append(peers.Extractor(name, shlex.split(command)))
    return found + peers.peers(names, args.go, args.cache, tell) + rods


def measure(corpora, extractors, args):
    """Results by corpus. Extractors take turns, so that a noisy minute falls on all of them."""
    results = {}
    empty = {e.name: empty_run(e.command) for e in extractors}
    for folder, rows in corpora.items():
        runs = {e.name: [] for e in extractors}
        for turn in range(max(args.rounds, 1)):
            for e in extractors:
                r = run(e.command, folder, rows, empty[e.name], args.timeout)
                runs[e.name].append(r)
                tell(f"{Path(folder).name}: {e.name}: {r.pages} pages, {r.cpu_s:.2f} s CPU, {r.wall_s:.1f} s"
                     + (f", exit code {r.code}: {r.message}" if r.code else "")
                     + (f", {r.stray} stray lines" if r.stray else ""))
        results[folder] = [result(e, runs[e.name], folder, rows, args) for e in extractors]
    return results


def result(extractor, runs, folder, rows, args):
    first = runs[0]
    scores = [score_page(row, first.answers[row["id"]]) for row in rows if scored(row)] if extractor.scored else []
    allocs = first.allocs
    if extractor.counter:
        allocs = run(extractor.counter, folder, rows, 0, args.timeout).allocs
    if args.out:
        target = args.out / Path(folder).resolve().name
        target.mkdir(parents=True, exist_ok=True)
        with open(target / (extractor.name + ".jsonl"), "w", encoding="utf8") as f:
            f.writelines(json.dumps(first.answers[row["id"]], ensure_ascii=False) + "\n" for row in rows)
    return report.Result(extractor.name, scores, first.pages, first.bytes, min(r.cpu_s for r in runs), allocs)


def print_report(results, extractors, args):
    sections = [(Path(folder).resolve().name, rs) for folder, rs in results.items()]
    if len(sections) > 1:
        columns = zip(*results.values())
        sections.append(("all together", [report.together(list(rs)) for rs in columns]))
    for name, rs in sections:
        print(f"## {name}: {rs[0].pages} pages, {rs[0].bytes / 1e6:.1f} MB\n")
        print(report.main_table(rs, OURS), end="\n\n")
        if args.by_lang and any(r.scores for r in rs):
            print(f"F1 by language (pages)\n\n{report.lang_table(rs)}\n")
        if args.leaks:
            print(f"Chinese pages with leaked boilerplate, by kind\n\n{report.leak_table(rs)}\n")
        ours = next((r for r in rs if r.name == OURS), None)
        if args.worst and ours and name != "all together":
            print(f"Our worst pages\n\n{report.worst_table(ours, args.worst)}\n")


def self_test():
    import unittest
    suite = unittest.defaultTestLoader.discover(str(HERE), "test_*.py")
    return 0 if unittest.TextTestRunner().run(suite).wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
