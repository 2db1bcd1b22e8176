// Package console serves one page that shows what newsmill is doing: stages with their rates and lag, articles as they happen, dead
// letters, hosts and their politeness, and a search box.
//
// It only reads: no request changes anything. It loads nothing from elsewhere, and whatever comes from the web goes into the page as
// text, never as markup. It is imported by the command alone.
package console
