package extract

import (
	"html/template"
	"io"
)

// WriteHTML writes the trace as a page for people: every block in the order of the page, kept ones green, dropped ones red with the
// rule that dropped them, the features on the side. All text is escaped; the page loads nothing.
func (t Trace) WriteHTML(w io.Writer) error { return tracePage.Execute(w, t) }

var tracePage = template.Must(template.New("trace").Funcs(template.FuncMap{
	"percent": func(share float64) int { return int(share*100 + 0.5) },
}).Parse(`<!DOCTYPE html>
<html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{{.Title}}: why each line stayed or went</title>
<style>
body { font: 15px/1.6 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fafaf7 }
dl { display: grid; grid-template-columns: 6rem 1fr; margin: 0 0 1.5rem } dt { color: #666 } dd { margin: 0 }
table { border-collapse: collapse; width: 100% } td { vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #fff }
tr.kept td { background: #dff0df } tr.dropped td { background: #f7e3e0; color: #666 }
td.rule { white-space: nowrap; font-family: monospace; font-size: 13px } td.features { white-space: nowrap; font-size: 12px; color: #555; text-align: right }
h1 { font-size: 1.3rem } .element { color: #888; font-family: monospace; font-size: 12px }
</style></head><body>
<h1>{{if .Title}}{{.Title}}{{else}}(no title){{end}}</h1>
<dl><dt>result</dt><dd>{{.Result}}</dd><dt>charset</dt><dd>{{.Charset}}</dd><dt>main</dt><dd class="element">{{.Main}}</dd><dt>title by</dt><dd>{{.TitleBy}}</dd></dl>
<table>
{{range .Blocks}}<tr class="{{if .Keep}}kept{{else}}dropped{{end}}"><td class="rule">{{if .Keep}}+{{else}}−{{end}} {{.Rule}}</td><td>{{if .Heading}}<b>{{.Text}}</b>{{else}}{{.Text}}{{end}}<div class="element">{{.Element}}</div></td><td class="features">{{.Weight}} characters<br>{{percent .LinkShare}} % links<br>{{.Punct}} stops</td></tr>
{{end}}</table>
</body></html>
`))
