package storytest

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// maker draws from the vocabulary.
type maker struct{ *rand.Rand }

func pick[T any](m maker, list []T) T { return list[m.IntN(len(list))] }

func (m maker) person() string { return pick(m, surnames) + pick(m, given) }

func (m maker) date() string { return fmt.Sprintf("%d月%d日", 1+m.IntN(12), 1+m.IntN(28)) }

// fill puts words into a form.
func (m maker) fill(form string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(form, '{')
		if i < 0 {
			b.WriteString(form)
			return b.String()
		}
		b.WriteString(form[:i])
		switch form[i+1] {
		case 'c':
			b.WriteString(pick(m, cities))
		case 'p':
			b.WriteString(m.person())
		case 'o':
			b.WriteString(pick(m, offices))
		case 'g':
			b.WriteString(pick(m, products))
		case 'j':
			b.WriteString(pick(m, projects))
		case 'e':
			b.WriteString(pick(m, occasions))
		case 'v':
			b.WriteString(pick(m, verbs))
		case 'r':
			b.WriteString(pick(m, causes))
		case 'a':
			b.WriteString(pick(m, gains))
		case 'n':
			fmt.Fprint(&b, 2+m.IntN(96))
		case 'm':
			fmt.Fprint(&b, 120+m.IntN(9000))
		case 'y':
			fmt.Fprint(&b, 1990+m.IntN(36))
		case 'd':
			b.WriteString(m.date())
		}
		form = form[i+3:]
	}
}

// article writes n paragraphs of two to four sentences, each form at most once.
func (m maker) article(n int) []string {
	forms := m.Perm(len(sentences))
	var paragraphs []string
	for range n {
		var b strings.Builder
		for range 2 + m.IntN(3) {
			if len(forms) == 0 {
				break
			}
			b.WriteString(m.fill(sentences[forms[0]]))
			forms = forms[1:]
		}
		if b.Len() > 0 {
			paragraphs = append(paragraphs, b.String())
		}
	}
	return paragraphs
}
