// Package indexer is the third worker: it takes clean articles off ARTICLES, writes them to Elasticsearch in bulk, and tells in EVENTS
// what became searchable and what a newer version had superseded.
//
// It acknowledges a message only after Elasticsearch has persisted the document and the server the event. It never lets an older
// version overwrite a newer one, never lets one document's fault touch its neighbours in a batch, never burns a message's attempts for
// a fault of Elasticsearch or of the set-up, and never changes an article. It is imported by the commands.
package indexer
