// Package demosite is the web of an invented Chinese city, 云河市, on loopback: a newspaper portal, a government portal, a chamber of
// commerce on an old CMS with GBK bytes, and the newspaper's e-paper. All four are served by one listener that looks at the Host
// header, so a resolve table (Resolve) is all a crawler needs to reach them by name. Every article knows its true text, so that a
// test can compare what came out of the pipeline with what was written.
//
// It never listens beyond loopback, never sends anything anywhere, and holds no text of a real site: city, people, bodies, numbers
// and news are made up. It imports nothing of the pipeline; the command and end-to-end tests may import it.
package demosite
