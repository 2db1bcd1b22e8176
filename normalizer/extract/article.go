package extract

import (
	"strings"
	"unicode/utf8"

	"github.com/newsmill/newsmill/news"
)

// articles puts the articles of the page together.
func (p *page) articles() []news.Article {
	canonical := p.canonicalURL()
	parts := p.parts()
	var out []news.Article
	for _, t := range parts {
		if a, ok := p.article(t, canonical, len(parts) > 1); ok {
			out = append(out, a)
		}
	}
	for i := range out {
		a := &out[i]
		a.Page = news.Position{Ordinal: i + 1, Of: len(out)}
		if len(out) == 1 {
			a.ID = news.ArticleID(canonical)
		} else {
			a.ID = news.ArticleIDOf(canonical, a.Title, i+1)
		}
	}
	return out
}

// article fills in one article; false where no paragraph is left.
func (p *page) article(t part, canonical string, several bool) (news.Article, bool) {
	paragraphs := p.paragraphs(t.from, t.to)
	if len(paragraphs) == 0 {
		return news.Article{}, false
	}
	paragraphs, notes := cutNotes(paragraphs)
	head := p.linesAround(t, several)
	lines := head
	for _, note := range notes {
		lines = append(lines, headLine{note, -1})
	}
	headline := -1
	if several {
		headline = t.head
	}
	c := p.readCredits(lines, paragraphs, headline)
	if t.author != "" {
		c.authors = addName(nil, t.author)
	}
	if t.section != "" {
		c.section = t.section
	}
	if c.section == "" {
		c.section = p.category()
	}
	if c.origin == "" && several || c.origin == "" && p.plain {
		c.origin = ownPaper(paragraphs)
	}
	body := strings.Join(paragraphs, "\n")
	a := news.Article{
		V: news.SchemaVersion, URL: p.in.URL, CanonicalURL: canonical, SiteName: p.siteName(),
		Title: t.title, Subtitle: t.subtitle, Body: body, Summary: p.summary(body, several), Language: p.language(body), Section: c.section,
		Authors: c.authors, Editors: c.editors, Origin: c.origin, FetchedAt: p.in.FetchedAt,
		Keywords: p.keywords(several), Images: p.images(t), Attachments: p.attachments(t),
		Words: countWords(body), ContentHash: news.ContentHash(t.title, body), Simhash: simhash(body),
		Version:   news.Version(p.in.FetchedAt, Revision),
		Extractor: news.Extractor{Revision: Revision, Method: p.method(), Confidence: p.confidence(t, body), Memory: p.generation()},
	}
	a.PublishedAt = p.publishedAt(head)
	if d := p.modifiedAt(head); d != nil && (a.PublishedAt == nil || d.Time.After(a.PublishedAt.Time)) {
		a.ModifiedAt = d
	}
	return a, true
}

// linesAround gives the blocks in which the head and foot of an article stand: for the only article of a page everything from
// well above its title to below its end, for one of several its own range.
func (p *page) linesAround(t part, several bool) []headLine {
	from, to := t.from, t.to
	if !several {
		p.bounds()
		from, to = 0, min(p.last+14, len(p.blocks))
		top := p.first
		if t.head >= 0 && t.head < top {
			top = t.head
		}
		from = max(top-14, 0)
	}
	var out []headLine
	if several { // the head of the page is every article's
		for i := max(p.heads[0]-8, 0); i < p.heads[0]; i++ {
			out = append(out, headLine{&p.blocks[i], i})
		}
	}
	for i := from; i < to; i++ {
		b := &p.blocks[i]
		if b.hidden || b.keep && i > p.first+1 && i < p.last-1 {
			continue
		}
		b.foot = !several && i > p.first+2
		out = append(out, headLine{b, i})
	}
	return out
}

// ownPaper reads 本报讯, by which a paper names itself.
func ownPaper(paragraphs []string) string {
	if strings.HasPrefix(paragraphs[0], "本报讯") || strings.HasPrefix(paragraphs[0], "本報訊") {
		return "本报"
	}
	return ""
}

// summary is the page's own abstract: not the beginning of the body over again, and not a slogan of the site.
func (p *page) summary(body string, several bool) string {
	if several {
		return ""
	}
	s := p.facts.linked.description
	if s == "" {
		s, _ = p.facts.first("description", "og:description", "twitter:description")
	}
	key := keyOf(s)
	if utf8.RuneCountInString(key) < 15 || utf8.RuneCountInString(s) > 600 || key == keyOf(p.title.text) {
		return ""
	}
	return s
}

func (p *page) keywords(several bool) []string {
	if several {
		return nil
	}
	for i := range p.blocks {
		b := &p.blocks[i]
		if b.match != nil && b.match.name == "keywords" && p.nearBody(i) && !isCategory(b.text) {
			for _, sep := range []string{":", "："} {
				if _, after, ok := strings.Cut(b.text, sep); ok {
					words := splitWords(strings.ReplaceAll(after, " ", ","))
					if len(words) > 0 {
						return words
					}
				}
			}
		}
	}
	if len(p.facts.linked.keywords) > 0 {
		return p.facts.linked.keywords
	}
	v, _ := p.facts.first("keywords", "news_keywords", "article:tag")
	return splitWords(v)
}

// isCategory tells lines that name the section from those that list keywords: both are of one rule.
func isCategory(text string) bool {
	key := strings.TrimLeft(lineKey(text), "[(")
	return strings.HasPrefix(key, "分类") || strings.HasPrefix(key, "文章分类") || strings.HasPrefix(key, "分類") || strings.HasPrefix(key, "栏目") || strings.HasPrefix(key, "所属分类")
}

// category reads the section out of a line such as 分类：本地.
func (p *page) category() string {
	for i := range p.blocks {
		b := &p.blocks[i]
		if b.match == nil || b.match.name != "keywords" || !p.nearBody(i) || !isCategory(b.text) {
			continue
		}
		if at := strings.IndexAny(b.text, ":："); at > 0 {
			_, size := utf8.DecodeRuneInString(b.text[at:])
			if words := splitWords(strings.ReplaceAll(b.text[at+size:], " ", ",")); len(words) > 0 && utf8.RuneCountInString(words[0]) <= 12 {
				return words[0]
			}
		}
	}
	return ""
}

// images are those within the body, with the caption that stands below them.
func (p *page) images(t part) []news.Image {
	var out []news.Image
	seen := map[string]bool{}
	first, last := p.imageRange(t)
	for _, img := range p.facts.images {
		gallery := img.block > last && img.block <= last+24 && img.block < t.to && img.block < len(p.blocks) && isCaption(&p.blocks[img.block])
		if (img.block < first || img.block > last) && !gallery || p.boxes[img.box].dark || len(out) >= 64 {
			continue
		}
		u := p.resolve(img.src)
		if u == "" || seen[u] || isOrnament(u) {
			continue
		}
		seen[u] = true
		out = append(out, news.Image{URL: u, Caption: p.captionOf(img)})
	}
	return out
}

func (p *page) captionOf(img imageTag) string {
	for i := img.block; i < min(img.block+2, len(p.blocks)); i++ {
		b := &p.blocks[i]
		if isCaption(b) {
			return b.text
		}
		if b.n > 0 && (b.keep || b.match == nil) { // the next line of text is not its caption
			break
		}
	}
	if !isFileName(lineKey(img.alt)) && weightOf(img.alt) >= 4 && keyOf(img.alt) != keyOf(p.title.text) && !strings.HasPrefix(strings.ToLower(img.alt), "logo") {
		return img.alt
	}
	return ""
}

// isCaption tells the line below a picture from a line of the text.
func isCaption(b *block) bool {
	return b.caption || b.match != nil && b.match.name == "picture" || !b.keep && !b.hidden && b.n <= 80 && b.linkShare() < 0.3 && (isPhotoLine(b.text) || isCaptionLine(b.text))
}

// imageRange gives the blocks between which the pictures of a part lie: those of its text, and of a gallery around it.
func (p *page) imageRange(t part) (first, last int) {
	first, last = p.range2(t)
	first, last = first-1, last+1
	if t.head >= 0 && t.head < first && first-t.head < 20 {
		first = t.head
	}
	return first, last
}

// range2 gives the first and last kept block of a part.
func (p *page) range2(t part) (first, last int) {
	first, last = t.to, t.from
	for i := t.from; i < t.to; i++ {
		if p.blocks[i].keep {
			first, last = min(first, i), i
		}
	}
	return first, last
}

func (p *page) attachments(t part) []news.Attachment {
	var out []news.Attachment
	seen := map[string]bool{}
	first, last := p.range2(t)
	for _, f := range p.facts.files {
		if f.block < first-2 || f.block > last+12 || p.boxes[f.box].dark {
			continue
		}
		u := p.resolve(f.href)
		if u == "" || seen[u] {
			continue
		}
		seen[u] = true
		out = append(out, news.Attachment{URL: u, Title: f.title})
	}
	return out
}

func (p *page) method() string {
	if p.plain {
		return "text"
	}
	return "blocks"
}

// confidence is how sure the extraction is: more text, a title that the page shows, a date, a low share of links.
func (p *page) confidence(t part, body string) float64 {
	c := 0.4
	if weightOf(body) >= 200 {
		c += 0.2
	}
	if t.head >= 0 {
		c += 0.2
	}
	if p.boxes[p.main].linkShare() < 0.2 {
		c += 0.1
	}
	if p.statedDate() != nil || p.facts.linked.found {
		c += 0.1
	}
	return float64(int(c*100+0.5)) / 100
}
