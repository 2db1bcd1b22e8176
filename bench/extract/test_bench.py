"""python3 bench.py --self-test: the corpus, the runner with small programs of its own, the tables."""
import json
import sys
import tempfile
import unittest
from pathlib import Path

import peers
from corpus import CorpusError, address, decode, read_truth
from report import Result, leaking, main_table, together
from runner import RunError, empty_run, run

HERE = Path(__file__).resolve().parent


class Corpus(unittest.TestCase):
    def folder(self, truth, *ids):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "pages").mkdir()
        for page in ids:
            (folder / "pages" / (page + ".html")).write_text("<p>x")
        (folder / "truth.jsonl").write_text(truth)
        return folder

    def test_own(self):
        self.assertEqual(len(read_truth(HERE / "testdata")), 4)

    def test_broken(self):
        for name, truth, words in (
                ("no object", "[1]\n", "truth.jsonl:1: not an object with an id"),
                ("no JSON", '{"id":"a"}\n{\n', "truth.jsonl:2: "),
                ("twice", '{"id":"a"}\n{"id":"a"}\n', "the id a is there twice"),
                ("no page", '{"id":"b"}\n', "b.html is missing"),
                ("nothing", "\n", "no row")):
            with self.subTest(name), self.assertRaises(CorpusError) as e:
                read_truth(self.folder(truth, "a"))
            self.assertIn(words, str(e.exception))
        with self.assertRaises(CorpusError) as e:
            read_truth("no-such-folder")
        self.assertIn("a corpus is a folder with", str(e.exception))

    def test_address(self):
        self.assertEqual(address({"id": "a", "url": "http://x.example/1"}), "http://x.example/1")
        self.assertEqual(address({"id": "a", "url": None, "site": "wanbao"}), "http://wanbao.example/a.html")
        self.assertEqual(address({"id": "a"}), "http://news.example/a.html")

    def test_decode(self):
        meta = '<meta charset="{}">天气晴好'
        for name, raw, want in (
                ("UTF-8 with a wrong label", meta.format("gbk").encode(), meta.format("gbk")),
                ("GBK labelled gb2312", meta.format("gb2312").encode("gbk"), meta.format("gb2312")),
                ("GBK without a label", "天气晴好".encode("gbk"), "天气晴好"),
                ("GBK labelled UTF-8", meta.format("utf-8").encode("gbk"), meta.format("utf-8")),
                ("an unknown label", meta.format("x-none").encode("gbk"), meta.format("x-none")),
                ("Big5", meta.format("big5").encode("big5", "ignore"), meta.format("big5").encode("big5", "ignore").decode("big5")),
                ("UTF-16", "\ufeff天气".encode("utf-16-le"), "天气"),
                ("Windows-1252", "caf\xe9 na\xefve".encode("cp1252"), "café naïve")):
            with self.subTest(name):
                self.assertEqual(decode(raw), want)


PROGRAM = """
import json, sys
for line in sys.stdin:
    q = json.loads(line)
    {}
"""


class Runner(unittest.TestCase):
    rows = [{"id": "hallow-ferry", "url": "https://x.example/"}, {"id": "songbin-theatre"}]

    def run_program(self, body, rows=None):
        command = [sys.executable, "-c", PROGRAM.format(body)]
        return run(command, HERE / "testdata", rows or self.rows, 0)

    def test_answers(self):
        r = self.run_program("print(json.dumps({'id': q['id'], 'body': q['url'], 'published_at': '2020-01-02'}))")
        self.assertEqual(r.answers["hallow-ferry"]["body"], "https://x.example/")
        self.assertEqual(r.answers["songbin-theatre"]["date"], "2020-01-02")
        self.assertGreater(r.cpu_s, 0)
        self.assertEqual((r.pages, r.code, r.stray), (2, 0, 0))

    def test_several_articles(self):
        r = self.run_program("[print(json.dumps({'id': q['id'], 'ordinal': n, 'title': f't{n}', 'body': f'b{n}'})) for n in (2, 1)]")
        self.assertEqual(r.answers["hallow-ferry"]["title"], "t1")
        self.assertEqual(r.answers["hallow-ferry"]["body"], "b1\nb2")

    def test_stray_lines_and_no_answer(self):
        r = self.run_program("print('warning'); print('{\"id\": \"other\"}'); sys.exit(3)")
        self.assertEqual((r.stray, r.code), (2, 3))
        self.assertEqual(r.answers["hallow-ferry"]["error"], "no answer (exit code 3)")

    def test_allocations(self):
        r = self.run_program("print(json.dumps({'id': q['id']})); print('{\"pages\":1,\"allocs\":12,\"alloc_bytes\":345}', file=sys.stderr)")
        self.assertEqual(r.allocs, {"allocs": 12, "alloc_bytes": 345})

    def test_endless_program_is_ended(self):
        r = run([sys.executable, "-c", "import time; time.sleep(60)"], HERE / "testdata", self.rows, 0, timeout=0.5)
        self.assertEqual(r.code, -9)

    def test_programs_that_do_not_start(self):
        with self.assertRaises(RunError):
            empty_run(["/no/such/program"])
        with self.assertRaises(RunError) as e:
            empty_run([sys.executable, "-c", "raise SystemExit('no model')"])
        self.assertIn("no model", str(e.exception))


class Peers(unittest.TestCase):
    def test_names(self):
        self.assertEqual(peers.wanted(["none"]), [])
        self.assertEqual(peers.wanted(["go"]), list(peers.GO))
        self.assertEqual(peers.wanted(["resiliparse", "go-trafilatura"]), ["go-trafilatura", "resiliparse"])
        with self.assertRaises(peers.PeerError):
            peers.wanted(["boilerpipe"])

    def test_missing_go(self):
        with self.assertRaises(peers.PeerError) as e:
            peers.rods("no-such-go", Path("/nowhere"), lambda _: None)
        self.assertIn("not found", str(e.exception))


class Report(unittest.TestCase):
    def test_table(self):
        score = {"id": "a", "lang": "zh", "match": (1, 0, 0), "exact": 1, "empty": 0, "error": 0}
        results = [Result("parse-only", [], 10, 1_000_000, 1.0), Result("peer", [dict(score, match=(0.5, 0.5, 0))], 10, 1_000_000, 20.0),
                   Result("newsmill", [score], 10, 1_000_000, 2.0, {"allocs": 50, "alloc_bytes": 20_000})]
        self.assertEqual(main_table(results, "newsmill").splitlines(), [
            "| extractor | F1 | exact | pages/s | MB/s | CPU, ours = 1 | CPU, parsing = 1 | allocs/page | kB/page | errors/empty |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
            "| newsmill | 1.000 | 100 % | 5.0 | 0.50 | 1.00 | 2.00 | 5 | 2 | 0/0 |",
            "| peer | 0.667 | 100 % | 0.5 | 0.05 | 10.0 | 20.0 |  |  | 0/0 |",
            "| parse-only |  |  | 10.0 | 1.00 | 0.50 | 1.00 |  |  |  |"])

    def test_share_of_few_pages(self):
        self.assertEqual([leaking(1, 1), leaking(0, 40), leaking(None, None)], ["1 of 1", "0.0 %", ""])

    def test_too_short_to_tell(self):
        self.assertIsNone(Result("x", [], 1, 1, 0.0).cpu_per_page())

    def test_together(self):
        a = Result("x", [{"id": "a"}], 1, 10, 1.0, {"allocs": 1, "alloc_bytes": 2})
        b = Result("x", [{"id": "b"}], 2, 20, 3.0, {"allocs": 3, "alloc_bytes": 4})
        t = together([a, b])
        self.assertEqual((t.pages, t.bytes, t.cpu_s, t.allocs, len(t.scores)), (3, 30, 4.0, {"allocs": 4, "alloc_bytes": 6}, 2))
        self.assertEqual(together([a, Result("x", [], 1, 1, 1.0)]).allocs, {})


if __name__ == "__main__":
    unittest.main()
