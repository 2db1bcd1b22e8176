package extract

import (
	"strings"
	"testing"
)

func TestTraceAsHTMLShowsEveryBlockEscaped(t *testing.T) {
	page := `<html><head><meta charset="utf-8"><title>老茶馆换了新招牌</title></head><body><h1>老茶馆换了新招牌</h1>
<p>云河老街上的茶馆昨天换上了新招牌，&lt;script&gt;alert(1)&lt;/script&gt; 写字的是一位八十岁的退休教师，他写了三个晚上才满意。</p>
<p>茶馆老板说，旧招牌不会丢掉，要挂在里屋的墙上，让来喝茶的人都能看见这条街从前的样子，也记得它的名字。</p>
<p>版权所有 云河新闻网 云ICP备00000000号</p></body></html>`
	_, trace := Explain(Input{URL: "http://news.yunhe.example/1.html", Body: []byte(page)})
	var b strings.Builder
	if err := trace.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	out := b.String()
	if strings.Contains(out, "<script>") || !strings.Contains(out, "&lt;script&gt;alert(1)") {
		t.Error("text of the page is not escaped")
	}
	if n := strings.Count(out, `<tr class="`); n != len(trace.Blocks) || n < 4 {
		t.Errorf("%d rows for %d blocks", n, len(trace.Blocks))
	}
	footer := out[strings.Index(out, "云ICP备")-600 : strings.Index(out, "云ICP备")]
	if !strings.Contains(footer, `class="dropped"`) {
		t.Errorf("the footer is not shown as dropped: %s", footer)
	}
}
