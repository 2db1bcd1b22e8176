"""python3 bench.py --self-test: hand-made cases of the measures."""
import unittest

from measures import (TOKEN, author_f1, date_match, leaked, page_f1, prf, score_page, scored, shingle_match, source_match,
                      summarise, title_match, without_optional)


class Text(unittest.TestCase):
    def test_tokens(self):
        for name, text, want in (
                ("a Chinese character is a token", "河水涨了", ["河", "水", "涨", "了"]),
                ("a word and a number are tokens", "42 boats, 7 km", ["42", "boats", "7", "km"]),
                ("scripts side by side", "GDP增长3%", ["GDP", "增", "长", "3"]),
                ("Hangul", "바다", ["바", "다"]),
                ("punctuation and space are none", " ，。 …\n", [])):
            with self.subTest(name):
                self.assertEqual(TOKEN.findall(text), want)

    def test_shingle_match(self):
        for name, true, pred, want in (
                ("the same", "abcdef", "abcdef", (1, 0, 0)),
                ("both empty", "", "", (0, 0, 0)),
                ("nothing found", "abcdef", "", (0, 0, 1)),
                ("nothing wanted", "", "abcdef", (0, 1, 0)),
                ("half of it", "abcdefgh", "abcdef", (3 / 5, 0, 2 / 5)),
                ("shorter than a shingle", "ab", "ab", (1, 0, 0)),
                ("twice what stands once", "abcd", "abcdabcd", (1 / 5, 4 / 5, 0))):
            with self.subTest(name):
                self.assertEqual(shingle_match(list(true), list(pred)), want)

    def test_averages(self):
        # an empty answer lowers the recall alone: there is nothing to be precise about
        self.assertEqual(prf([(1, 0, 0), (0, 0, 1)]), (1.0, 0.5, 2 / 3))
        self.assertEqual(prf([]), (0.0, 0.0, 0.0))

    def test_optional(self):
        for name, body, true, optional, want in (
                ("a caption goes", "一段\n堤坝 远景\n二段", "一段\n二段", ["堤坝远景"], "一段\n\n\n二段"),
                ("a line that is in the truth stays", "一段\n二段", "一段\n二段", ["二段"], "一段\n二段"),
                ("signs of patterns are letters", "a\n(b)*\nc", "a\nc", ["(b)*"], "a\n\n\nc"),
                ("no list", "一段", "一段", None, "一段")):
            with self.subTest(name):
                self.assertEqual(without_optional(body, true, optional), want)


class Fields(unittest.TestCase):
    def test_title(self):
        for name, true, pred, want in (
                ("the same", "堤坝完工", "堤坝完工", (1, 1)),
                ("width, case and marks do not count", "A股“大涨”", "Ａ股 大涨！", (1, 1)),
                ("a site name behind", "堤坝完工", "堤坝完工_临川湾新闻网", (0, 1)),
                ("a site name before", "Ferry runs", "The Courier | Ferry runs", (0, 1)),
                ("half of it", "堤坝完工", "堤坝", (0, 0)),
                ("none", "堤坝完工", None, (0, 0))):
            with self.subTest(name):
                self.assertEqual(title_match(true, pred), want)

    def test_date(self):
        for name, true, pred, want in (
                ("the same day", "2021-04-20", "2021-04-20T09:30:00+08:00", 1),
                ("written otherwise", "2021年4月20日", "2021-04-20", 1),
                ("digits alone", "20210420", "2021-04-20", 1),
                ("mail form", "Tue, 20 Apr 2021 09:30:00 +0800", "2021-04-20", 1),
                ("another day", "2021-04-20", "2021-04-21", 0),
                ("another day, the same moment", "2021-04-20T00:30:00+08:00", "2021-04-19T16:30:00+00:00", 1),
                ("none", "2021-04-20", None, 0),
                ("no date", "2021-04-20", "yesterday", 0)):
            with self.subTest(name):
                self.assertEqual(date_match(true, pred), want)

    def test_people(self):
        for name, true, pred, want in (
                ("the same", "陆见秋", "记者 陆见秋", 1.0),
                ("one of two", "陆见秋、孟长河", "孟长河", 2 / 3),
                ("a list", ["Ines Calder"], "By Ines Calder", 1.0),
                ("none found", "陆见秋", "", 0.0),
                ("none known", "", "陆见秋", None)):
            with self.subTest(name):
                self.assertEqual(author_f1(true, pred), want)

    def test_source(self):
        self.assertEqual(source_match("临川湾日报", "来源：临川湾日报"), 1)
        self.assertEqual(source_match("临川湾日报", ""), 0)
        self.assertEqual(source_match("临川湾日报", "松滨时报"), 0)


class Pages(unittest.TestCase):
    row = {"id": "a", "lang": "zh", "title": "堤坝完工", "date": "2023-11-16", "author": "陆见秋", "source": "临川湾日报",
           "body": "东堤加固工程昨日通过竣工验收。\n总投资四亿元。", "without": ["责任编辑：温小满", "打印本页"]}

    def test_right(self):
        s = score_page(self.row, {"id": "a", "title": "堤坝完工", "date": "2023-11-16", "author": "陆见秋",
                                  "source": "临川湾日报", "body": "东堤加固工程昨日通过竣工验收。总投资四亿元。"})
        self.assertEqual((s["exact"], s["without"], s["leaks"], s["empty"], page_f1(s)), (1, (0, 2), [], 0, 1.0))
        self.assertEqual((s["title"], s["date"], s["author"], s["source"]), (1, 1, 1.0, 1))

    def test_leaking(self):
        s = score_page(self.row, {"id": "a", "body": self.row["body"] + "\n责任编辑： 温小满"})
        self.assertEqual((s["exact"], s["without"], s["leaks"]), (0, (1, 2), ["editor"]))
        self.assertNotIn("source", s)  # an extractor that names none is not measured by it

    def test_boilerplate_of_the_truth_is_no_leak(self):
        self.assertEqual(leaked("图书馆版权所有。", "图书馆版权所有。"), [])
        self.assertEqual(leaked("图书馆版权所有。", "图书馆版权所有。\n版权所有"), ["copyright"])
        self.assertEqual(leaked("", "相关新闻\n两条"), ["related"])
        self.assertEqual(leaked("", "他谈到相关新闻报道。"), [])

    def test_failed_and_rejected(self):
        for name, out, errors in (("an error", {"id": "a", "error": "timeout"}, 1), ("rejected", {"id": "a", "rejected": "too-short"}, 0)):
            with self.subTest(name):
                m = summarise([score_page(self.row, out)])
                self.assertEqual((m["f1"], m["exact"], m["empty"], m["errors"], m["title_cut"]), (0.0, 0.0, 1, errors, 0.0))

    def test_unknown_truth_is_left_out(self):
        m = summarise([score_page({"id": "b", "lang": "en", "body": None, "title": None}, {"id": "b", "body": "x"})])
        self.assertEqual(m, {"pages": 1, "empty": 0, "errors": 0})

    def test_two_pages(self):
        good = {"id": "a", "title": "堤坝完工", "body": self.row["body"]}
        bad = {"id": "a", "title": "别的", "body": self.row["body"] + "\n打印本页"}
        m = summarise([score_page(self.row, good), score_page(self.row, bad)])
        self.assertEqual((m["exact"], m["leaked"], m["title_cut"], m["zh_leaking"], m["zh_pages"]), (0.5, 0.25, 0.5, 1, 2))

    def test_scored(self):
        self.assertTrue(scored({"id": "a"}))
        self.assertFalse(scored({"id": "a", "truth_quality": "suspect"}))
        self.assertFalse(scored({"id": "a", "truth_quality": "hand-lowcov"}))


if __name__ == "__main__":
    unittest.main()
