// Package ledger accounts for every URL and article: it joins what the frontier remembers with what lies in the streams, and tells whether
// the counts add up. It only reads. Commands and the console import it.
package ledger
