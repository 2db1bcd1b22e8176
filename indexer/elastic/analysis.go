package elastic

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Profile is how Chinese text is cut into words, beside the two paths that every index has.
type Profile string

// The profiles. Each but the first adds a sub-field .words, which the documented query asks too.
const (
	ProfileCJK     Profile = "cjk"     // character pairs and single characters: in every Elasticsearch
	ProfileSmartCN Profile = "smartcn" // words by the plugin analysis-smartcn
	ProfileIK      Profile = "ik"      // words by the plugin analysis-ik
	ProfileICU     Profile = "icu"     // words by the plugin analysis-icu
)

// Profiles lists them, the default first.
var Profiles = []Profile{ProfileCJK, ProfileSmartCN, ProfileIK, ProfileICU}

// ErrAnalyzer is returned for a profile that is not known or that the cluster lacks.
var ErrAnalyzer = errors.New("analyzer")

// ParseProfile reads the name of a profile; empty is the default. The error wraps ErrAnalyzer.
func ParseProfile(s string) (Profile, error) {
	if s == "" {
		return ProfileCJK, nil
	}
	if p := Profile(s); slices.Contains(Profiles, p) {
		return p, nil
	}
	names := make([]string, len(Profiles))
	for i, p := range Profiles {
		names[i] = string(p)
	}
	return "", fmt.Errorf("%w %q: want one of %s", ErrAnalyzer, s, strings.Join(names, ", "))
}

// wordSource is what a profile needs of the cluster and makes of it.
type wordSource struct {
	plugin            string
	tokenizer, search string   // at index and at query time
	filters           []string // after cjk_width and lowercase
}

var wordSources = map[Profile]wordSource{
	ProfileSmartCN: {"analysis-smartcn", "smartcn_tokenizer", "smartcn_tokenizer", []string{"smartcn_stop"}},
	ProfileIK:      {"analysis-ik (https://github.com/infinilabs/analysis-ik)", "ik_max_word", "ik_smart", nil},
	ProfileICU:     {"analysis-icu", "icu_tokenizer", "icu_tokenizer", nil},
}

// language is a sub-field whose words are reduced to their stems by a language's own rules.
type language struct {
	field   string
	stemmer string // of the snowball filter
	stop    string // set of the stop filter
}

// languages are those that an official cluster and the local node have and that the sources of newsmill are likely to bring. Others are
// found by their words as they stand.
var languages = []language{
	{"en", "English", "_english_"},
	{"fr", "French", "_french_"},
	{"de", "German", "_german_"},
	{"es", "Spanish", "_spanish_"},
	{"pt", "Portuguese", "_portuguese_"},
	{"ru", "Russian", "_russian_"},
}

// Names of the analyzers in the settings of an index.
const (
	analyzerPairs   = "newsmill_pairs"   // CJK in overlapping pairs of characters, other scripts in words
	analyzerSingles = "newsmill_singles" // CJK character by character
	analyzerWords   = "newsmill_words"   // by the profile
	analyzerPrefix  = "newsmill_prefix"  // beginnings of a title
	analyzerWhole   = "newsmill_whole"   // a whole title, to be compared with beginnings
)

// analysis is the "analysis" of the settings of an index. Every analyzer begins with the same folding, so that a traditional query finds
// simplified text by any path and the other way round.
func analysis(p Profile) object {
	fold := []string{"newsmill_fold"}
	text := func(tokenizer string, filters ...string) object {
		return object{"type": "custom", "char_filter": fold, "tokenizer": tokenizer, "filter": append([]string{"cjk_width", "lowercase", "asciifolding"}, filters...)}
	}
	analyzers := object{
		analyzerPairs: text("standard", "cjk_bigram"),
		// A query's English particles do not have to be in the article; a phrase has gaps in their places.
		analyzerPairs + "_search": text("standard", "newsmill_en_stop", "cjk_bigram"),
		analyzerSingles:           text("standard"),
		analyzerPrefix:            text("keyword", "newsmill_beginnings"),
		analyzerWhole:             text("keyword", "newsmill_longest"),
	}
	if w, ok := wordSources[p]; ok {
		analyzers[analyzerWords] = text(w.tokenizer, w.filters...)
		analyzers[analyzerWords+"_search"] = text(w.search, w.filters...)
	}
	charFilters := object{
		// One string for all rules, and not a list: Elasticsearch interns every member of a list of settings again and again, which makes the
		// creation of an index five times as long.
		"newsmill_fold": object{"type": "mapping", "mappings": strings.Join(foldRules(), ",")},
		// What stands before a vowel in French and is no part of the word (l'eau): the elision filter is not in every Elasticsearch.
		"newsmill_elision": object{"type": "pattern_replace", "pattern": `(?i)\b(?:[cdjlmnst]|qu)['’](?=\p{IsLatin})`, "replacement": " "},
	}
	filters := object{
		"newsmill_beginnings": object{"type": "edge_ngram", "min_gram": 1, "max_gram": prefixMost},
		"newsmill_longest":    object{"type": "truncate", "length": prefixMost},
		// The paths of the languages hold no single characters, so no Chinese ones: most of an index would be there seven times. A query keeps
		// its own, and they are found by those paths nowhere: so "GDP 增长" does not find by them all that has GDP.
		"newsmill_long": object{"type": "length", "min": 2},
	}
	for _, l := range languages {
		name := "newsmill_" + l.field
		filters[name+"_stop"] = object{"type": "stop", "stopwords": l.stop}
		filters[name+"_stem"] = object{"type": "snowball", "language": l.stemmer}
		chain := []string{"lowercase", name + "_stop", name + "_stem", "asciifolding"}
		a := object{"type": "custom", "tokenizer": "standard", "filter": append([]string{"newsmill_long"}, chain...)}
		q := object{"type": "custom", "tokenizer": "standard", "filter": chain}
		if l.field == "fr" {
			a["char_filter"], q["char_filter"] = []string{"newsmill_elision"}, []string{"newsmill_elision"}
		}
		analyzers[name], analyzers[name+"_search"] = a, q
	}
	return object{
		"char_filter": charFilters, "filter": filters, "analyzer": analyzers,
	}
}

// prefixMost is the longest beginning of a title that suggestions tell apart, in characters.
const prefixMost = 20
