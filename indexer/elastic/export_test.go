package elastic

// Body is the request of a Query, for tests of package elastic_test.
func (q Query) Body() map[string]any { return q.body() }
