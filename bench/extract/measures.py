"""What the bench measures of one page and of a set of pages. Standard library alone; README.md says what each means."""
import re
import unicodedata
from collections import Counter
from datetime import datetime
from email.utils import parsedate_to_datetime

# ---------------------------------------------------------------- text
# Scripts written without spaces between words (and Hangul): one token a character; everything else: \w+ runs.
CJK = ("\u0e00-\u0e7f\u1100-\u11ff\u3005-\u3007\u3041-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
       "\uf900-\ufaff\U00020000-\U0003134f")
TOKEN = re.compile(f"[{CJK}]|[^\\W{CJK}]+")
NGRAM = 4


def shingles(tokens):
    n = max(1, len(tokens) - NGRAM + 1)
    return Counter(s for s in (tuple(tokens[i:i + NGRAM]) for i in range(n)) if s)


def shingle_match(true, pred):
    """(tp, fp, fn) as shares of their sum, so that long texts weigh no more than short ones."""
    t, p = shingles(true), shingles(pred)
    tp = sum((t & p).values())
    fp, fn = sum(p.values()) - tp, sum(t.values()) - tp
    total = tp + fp + fn
    return (tp / total, fp / total, fn / total) if total else (0.0, 0.0, 0.0)


def prf(matches):
    """The benchmark's average: precision over pages with output, recall over pages with truth, F1 of the two means."""
    ps = [tp / (tp + fp) for tp, fp, fn in matches if tp + fp > 0]
    rs = [tp / (tp + fn) for tp, fp, fn in matches if tp + fn > 0]
    p, r = (sum(x) / len(x) if x else 0.0 for x in (ps, rs))
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


def squeeze(text):
    return re.sub(r"\s+", "", text or "")


def without_optional(body, true_body, optional):
    """The body less the lines that may come or go (captions, bylines), where they are not in the truth anyway."""
    for line in optional or []:
        if squeeze(line) and squeeze(line) not in squeeze(true_body):
            body = re.sub(r"\s*".join(map(re.escape, squeeze(line))), "\n", body, count=1)
    return body


# ---------------------------------------------------------------- fields
def norm(text):
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text or "").casefold())


TITLE_SEP = re.compile(r"[-|_–—·•»«:：]+")


def title_match(true, pred):
    """(equal, equal once a site name before or after a separator is cut off), both normalised."""
    want = norm(true)
    if norm(pred) == want:
        return 1, 1
    pred = pred or ""
    cuts = [m.span() for m in TITLE_SEP.finditer(pred)]
    return 0, int(any(norm(pred[:a]) == want or norm(pred[b:]) == want for a, b in cuts))


DAY = re.compile(r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})|\b(\d{4})(\d\d)(\d\d)\b")


def to_datetime(text):
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return parse(text.strip())
        except (ValueError, TypeError):
            pass
    return None


def literal_day(text):
    m = DAY.search(text)
    if m:
        y, mo, d = (int(x) for x in m.groups() if x)
        return (y, mo, d) if 1 <= mo <= 12 and 1 <= d <= 31 else None
    dt = to_datetime(text)
    return dt and (dt.year, dt.month, dt.day)


def date_match(true, pred):
    """Same calendar day, as written or after moving the answer to the truth's time zone."""
    if not pred:
        return 0
    if literal_day(str(true)) and literal_day(str(true)) == literal_day(str(pred)):
        return 1
    t, p = to_datetime(str(true)), to_datetime(str(pred))
    return int(bool(t and p and t.tzinfo and p.tzinfo and p.astimezone(t.tzinfo).date() == t.date()))


def source_match(true, pred):
    t, p = norm(true), norm(pred)
    return int(bool(p) and (t in p or p in t))


BY = re.compile(r"^\s*(by|von|par|por|di|作者|记者|文|撰文)[\s:：]+", re.I)


def author_set(value):
    parts = value if isinstance(value, list) else re.split(r"[,;/|&、，；]|\s(?:and|und|et|y|e)\s", str(value or ""))
    return {norm(BY.sub("", str(p))) for p in parts} - {""}


def author_f1(true, pred):
    t, p = author_set(true), author_set(pred)
    return 2 * len(t & p) / (len(t) + len(p)) if t else None


# ---------------------------------------------------------------- Chinese boilerplate
LEAKS = {name: re.compile(pattern) for name, pattern in {
    "icp": r"ICP\s*[备備证證証]",
    "police": r"公网安备|公安网备",
    "copyright": r"版权所有|版權所有",
    "links": r"友情链接|友情連結|友情鏈接",
    "crumbs": r"当前位置|所在位置|现在的?位置|您的位置|當前位置|目前位置",
    "editor": r"责任编辑|責任編輯",
    "scan": r"扫一扫|掃一掃",
    "tools": r"打印本页|关闭窗口|字号|字體大小|打印本頁|關閉視窗",
    "prevnext": r"上一篇|下一篇",
    "related": r"(?:^|(?<=\s))\W{0,3}(?:相关|相關)(?:链接|新闻|阅读|报道|新聞|閱讀|報導|連結)\W{0,3}(?=\s|$)",
}.items()}


def leaked(true, pred):
    """Kinds that stand in the output more often than in the truth."""
    return [name for name, pattern in LEAKS.items() if len(pattern.findall(pred)) > len(pattern.findall(true))]


# ---------------------------------------------------------------- a page, a set of pages
def scored(row):
    """A page whose truth is marked as wrong or as covering a part of the article only is run, but not scored."""
    quality = row.get("truth_quality") or ""
    return quality != "suspect" and not quality.endswith("lowcov")


def score_page(row, out):
    """The measures of one page; a measure whose truth is not known is left out."""
    out = {} if "error" in out else out
    body, lang = out.get("body") or "", row.get("lang") or "?"
    s = {"id": row["id"], "lang": lang, "error": 0 if out else 1}
    true_body = row.get("body")
    if true_body is not None:
        body = without_optional(body, true_body, row.get("optional"))
        t, p = TOKEN.findall(true_body), TOKEN.findall(body)
        s["match"], s["exact"] = shingle_match(t, p), int(t == p)
    flat = squeeze(out.get("body"))
    for key in ("with", "without"):
        if row.get(key):
            s[key] = (sum(squeeze(x) in flat for x in row[key]), len(row[key]))
    if row.get("title"):
        s["title"], s["title_cut"] = title_match(row["title"], out.get("title"))
    if row.get("date"):
        s["date"] = date_match(row["date"], out.get("date"))
    if row.get("author"):
        s["author"] = author_f1(row["author"], out.get("author"))
    if row.get("source") and "source" in out:
        s["source"] = source_match(row["source"], out["source"])
    if lang.startswith("zh") and (true_body or row.get("with")):
        s["leaks"] = leaked(true_body if true_body is not None else "\n".join(row["with"]), body)
    s["empty"] = int(not body.strip())
    return s


def page_f1(score):
    tp, fp, fn = score["match"]
    return 2 * tp / (2 * tp + fp + fn) if tp else 0.0


def mean(values):
    values = [v for v in values if v is not None]
    return sum(values) / len(values) if values else None


def summarise(scores):
    """Figures of a set of pages; a figure that no page bears on is left out."""
    m = {"pages": len(scores), "empty": sum(s["empty"] for s in scores), "errors": sum(s["error"] for s in scores)}
    matches = [s["match"] for s in scores if "match" in s]
    if matches:
        m["precision"], m["recall"], m["f1"] = prf(matches)
        m["exact"] = mean(s["exact"] for s in scores if "exact" in s)
    for key, name in (("with", "kept"), ("without", "leaked")):
        pairs = [s[key] for s in scores if key in s]
        if pairs:
            m[name] = sum(a for a, _ in pairs) / sum(b for _, b in pairs)
    for key in ("title", "title_cut", "date", "author", "source"):
        if any(key in s for s in scores):
            m[key] = mean(s.get(key) for s in scores)
    zh = [s["leaks"] for s in scores if "leaks" in s]
    if zh:
        m["zh_pages"], m["zh_leaking"] = len(zh), sum(bool(x) for x in zh)
        m["zh_leaks"] = {name: sum(name in x for x in zh) for name in LEAKS}
    return m
