#!/bin/sh
# Three ways to ask Elasticsearch for what newsmill has indexed. Always ask the alias, and leave out what is gone from the web
# (gone_at). The mapping says which fields there are: indexer/elastic/mapping_v2.json.
#
#   sh docs/examples/search.sh [http://127.0.0.1:9200 [news]]
set -eu
url="${1:-http://127.0.0.1:9200}/${2:-news}/_search?pretty"

ask() {
  printf '\n# %s\n' "$1"
  curl --silent --show-error --fail-with-body --header 'Content-Type: application/json' --data-binary @- "$url"
}

ask 'Articles on a bridge, best first, with what matched marked and the rest HTML-escaped' <<'QUERY'
{
  "size": 5,
  "_source": ["title", "url", "site_name", "published_at"],
  "query": {"bool": {
    "must": {"multi_match": {"query": "大桥", "fields": ["title^3", "subtitle^2", "body"]}},
    "must_not": {"exists": {"field": "gone_at"}}
  }},
  "highlight": {"encoder": "html", "fields": {"title": {"number_of_fragments": 0}, "body": {"number_of_fragments": 2}}}
}
QUERY

ask 'How many articles each source and each day has brought' <<'QUERY'
{
  "size": 0,
  "query": {"bool": {"must_not": {"exists": {"field": "gone_at"}}}},
  "aggs": {
    "sources": {"terms": {"field": "source", "size": 20}},
    "days": {"date_histogram": {
      "field": "published_at.time", "calendar_interval": "day", "time_zone": "Asia/Shanghai", "format": "yyyy-MM-dd", "min_doc_count": 1
    }}
  }
}
QUERY

ask 'The newest articles in Chinese that their page says come from elsewhere' <<'QUERY'
{
  "size": 5,
  "_source": ["title", "origin", "source", "first_seen"],
  "query": {"bool": {
    "filter": [{"prefix": {"language": "zh"}}, {"exists": {"field": "origin"}}],
    "must_not": {"exists": {"field": "gone_at"}}
  }},
  "sort": [{"first_seen": "desc"}, {"id": "asc"}]
}
QUERY
