package elastic

import "maps"

// Widths of keyword fields: what is longer is stored and shown, and neither filtered nor counted by.
const (
	wideName = 512
	wideURL  = 8000
)

func keyword(width int) object {
	if width == 0 {
		return object{"type": "keyword"}
	}
	return object{"type": "keyword", "ignore_above": width}
}

// named is a keyword for facets whose words can be searched in .text.
func named() object {
	k := keyword(wideName)
	words := pairs()
	words["norms"] = false // a list is not more to the point for being short
	k["fields"] = object{"text": words}
	return k
}

func pairs() object {
	return object{"type": "text", "analyzer": analyzerPairs, "search_analyzer": analyzerPairs + "_search"}
}

func text(fields object) object {
	t := pairs()
	if len(fields) > 0 {
		t["fields"] = fields
	}
	return t
}

// paths are the sub-fields of a text: single characters (with their positions where asked for, to find what somebody has typed so far),
// words where the profile has them.
func paths(p Profile, positions bool) object {
	uni := object{"type": "text", "analyzer": analyzerSingles}
	if !positions {
		uni["index_options"] = "freqs"
	}
	f := object{"uni": uni}
	if _, ok := wordSources[p]; ok {
		f["words"] = object{"type": "text", "analyzer": analyzerWords, "search_analyzer": analyzerWords + "_search"}
	}
	return f
}

// stems are the sub-fields of the languages. They keep no positions: phrases are found as they stand, by the field itself.
func stems() object {
	f := object{}
	for _, l := range languages {
		f[l.field] = object{"type": "text", "analyzer": "newsmill_" + l.field, "search_analyzer": "newsmill_" + l.field + "_search", "index_options": "freqs"}
	}
	return f
}

func with(fields ...object) object {
	all := object{}
	for _, f := range fields {
		maps.Copy(all, f)
	}
	return all
}

func strict(properties object) object { return object{"dynamic": "strict", "properties": properties} }

func day() object {
	return strict(object{"time": object{"type": "date"}, "precision": keyword(0), "from": keyword(wideName)})
}

// mapping is the "mappings" of an index: every field of Document and no other, for there is no field with a guessed type. What the
// contract does not know goes to extra, where it can be asked as extra.<name> and counts as one field.
func mapping(p Profile) object {
	name, url, plain := keyword(wideName), keyword(wideURL), keyword(0)
	date, number := object{"type": "date"}, object{"type": "integer"}
	m := strict(object{
		"v": object{"type": "short"}, "id": plain, "url": url, "canonical_url": url, "host": plain, "source": plain, "site_name": named(),
		"title": text(with(paths(p, true), stems(), object{
			"keyword": name,
			"suggest": object{"type": "text", "analyzer": analyzerPrefix, "search_analyzer": analyzerWhole, "index_options": "docs", "norms": false},
		})),
		"subtitle": text(paths(p, false)), "summary": text(paths(p, false)), "body": text(with(paths(p, false), stems())),
		"language": plain, "section": named(), "authors": named(), "editors": name, "origin": named(), "keywords": named(),
		"date": date, "published_at": day(), "modified_at": day(), "fetched_at": date, "first_seen": date,
		"images":      strict(object{"url": url, "caption": text(nil)}),
		"attachments": strict(object{"url": url, "title": text(nil)}),
		"page":        strict(object{"ordinal": number, "of": number}),
		"words":       number, "content_hash": plain, "simhash": plain,
		"near_duplicate_of": plain, "story_id": plain, "reprints": number,
		"story_bands": object{"type": "keyword", "doc_values": false}, // looked up, never counted
		"version":     object{"type": "long"},
		"extractor": strict(object{
			"revision": object{"type": "short"}, "method": plain, "confidence": object{"type": "float"}, "memory": name,
		}),
		"gone_at": date, "gone_reason": plain,
		"extra": object{"type": "flattened", "ignore_above": wideURL, "depth_limit": 20},
	})
	m["_meta"] = object{"newsmill": object{"mapping": MappingVersion, "revision": MappingRevision, "analyzer": p}}
	return m
}
