"""The tables of the bench, as Markdown. Standard library alone."""
from dataclasses import dataclass, field

from measures import page_f1, summarise


@dataclass
class Result:
    """One extractor over a set of pages."""
    name: str
    scores: list  # of measures.score_page; empty for a measuring rod
    pages: int
    bytes: int
    cpu_s: float
    allocs: dict = field(default_factory=dict)  # allocs and alloc_bytes of all pages
    note: str = ""

    def cpu_per_page(self):
        return self.cpu_s / self.pages if self.cpu_s > 0 and self.pages else None


def together(results):
    """One result of the same extractor's results over several corpora."""
    allocs = {}
    if all(r.allocs for r in results):
        allocs = {key: sum(r.allocs[key] for r in results) for key in ("allocs", "alloc_bytes")}
    return Result(results[0].name, [s for r in results for s in r.scores], sum(r.pages for r in results),
                  sum(r.bytes for r in results), sum(r.cpu_s for r in results), allocs)


def number(value, digits=3):
    return "" if value is None else f"{value:,.{digits}f}"


def percent(value, digits=0):
    return "" if value is None else f"{value * 100:.{digits}f} %"


def ratio(a, b):
    return "" if not a or not b else f"{a / b:.2f}" if a < 10 * b else f"{a / b:.1f}"


def leaking(pages, of):
    """A share, where there are enough pages for one."""
    return "" if not of else percent(pages / of, 1) if of >= 20 else f"{pages} of {of}"


HEADER = ("extractor", "F1", "exact", "leaking pages", "must-not lines leaked", "title", "date", "author", "source",
          "pages/s", "MB/s", "CPU, ours = 1", "CPU, parsing = 1", "allocs/page", "kB/page", "errors/empty")


def main_table(results, ours, parsing="parse-only"):
    """The figures side by side, the best F1 first, the measuring rods last."""
    per_page = {r.name: r.cpu_per_page() for r in results}
    rows = []
    for r in sorted(results, key=lambda r: (not r.scores, -(summarise(r.scores).get("f1") or 0) if r.scores else 0, r.name)):
        m = summarise(r.scores) if r.scores else {}
        cpu = per_page[r.name]
        rows.append([
            r.name, number(m.get("f1")), percent(m.get("exact")),
            leaking(m.get("zh_leaking"), m.get("zh_pages")),
            percent(m.get("leaked")), *(number(m.get(key)) for key in ("title_cut", "date", "author", "source")),
            number(cpu and 1 / cpu, 1), number(cpu and r.bytes / 1e6 / r.cpu_s, 2),
            ratio(cpu, per_page.get(ours)), ratio(cpu, per_page.get(parsing)),
            number(r.allocs["allocs"] / r.pages, 0) if r.allocs else "",
            number(r.allocs["alloc_bytes"] / r.pages / 1e3, 0) if r.allocs else "",
            f"{m['errors']}/{m['empty']}" if m else ""])
    return table(HEADER, rows)


def lang_table(results, smallest=10):
    """F1 by language; languages of few pages go to "other"."""
    results = [r for r in results if r.scores]
    graded = [s for s in results[0].scores if "match" in s]
    counts = {lang: sum(s["lang"] == lang for s in graded) for lang in sorted({s["lang"] for s in graded})}
    big = [lang for lang, n in counts.items() if n >= smallest]
    other = sum(n for lang, n in counts.items() if lang not in big)
    groups = big + (["other"] if other else [])
    rows = []
    for r in results:
        row = [r.name]
        for group in groups:
            part = [s for s in r.scores if "match" in s and (s["lang"] if s["lang"] in big else "other") == group]
            row.append(number(summarise(part).get("f1")) if part else "")
        rows.append(row)
    return table(["extractor", *(f"{g} ({counts.get(g, other)})" for g in groups)], rows)


def leak_table(results):
    """Chinese pages with leaked boilerplate, by kind."""
    rows = []
    for r in results:
        m = summarise(r.scores) if r.scores else {}
        if "zh_leaks" in m:
            rows.append([r.name, *map(str, m["zh_leaks"].values()), f"{m['zh_leaking']}/{m['zh_pages']}"])
            kinds = list(m["zh_leaks"])
    return table(["extractor", *kinds, "any"], rows) if rows else "No Chinese page has a truth."


def worst_table(result, n):
    """The pages with the least F1 of one extractor."""
    graded = sorted((s for s in result.scores if "match" in s), key=page_f1)[:n]
    rows = []
    for s in graded:
        tp, fp, fn = s["match"]
        rows.append([s["id"], s["lang"], number(page_f1(s)), number(tp / (tp + fp) if tp + fp else None),
                     number(tp / (tp + fn) if tp + fn else None), ", ".join(s.get("leaks") or [])])
    return table(["page", "lang", "F1", "P", "R", "leaks"], rows)


def table(header, rows):
    """A Markdown table without its empty columns."""
    keep = [i for i in range(len(header)) if any(r[i] != "" for r in rows)]
    lines = [[header[i] for i in keep], ["---"] * len(keep), *([r[i].replace("|", "\\|") for i in keep] for r in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
