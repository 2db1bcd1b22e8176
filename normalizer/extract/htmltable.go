package extract

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// The modes within tables (WHATWG HTML §13.2.6.4.9–15).

// isTableTag names the tags that end a cell or caption where they begin.
func isTableTag(a atom.Atom) bool {
	switch a {
	case atom.Caption, atom.Col, atom.Colgroup, atom.Tbody, atom.Td, atom.Tfoot, atom.Th, atom.Thead, atom.Tr:
		return true
	}
	return false
}

func (p *treeBuilder) inTable() bool {
	switch p.t.kind {
	case textToken:
		if isTablePart(p.top().DataAtom) && strings.Trim(p.t.data, htmlSpace) == "" {
			p.addText(p.t.data)
			return true
		}
	case startTag:
		if done, again := p.startInTable(); done {
			return !again
		}
	case endTag:
		switch {
		case p.t.atom == atom.Table:
			if p.popTo(tableScope, atom.Table) {
				p.resetMode()
			}
			return true
		case p.t.atom == atom.Body || p.t.atom == atom.Html || isTableTag(p.t.atom):
			return true
		}
	case commentToken:
		p.addComment()
		return true
	case doctypeToken:
		return true
	case endOfFile:
		return p.inBody()
	}
	p.foster = true
	done := p.inBody()
	p.foster = false
	return done
}

// startInTable is a start tag directly in a table: done where there is a rule for it, again where it is to be looked at once more.
func (p *treeBuilder) startInTable() (done, again bool) {
	switch p.t.atom {
	case atom.Caption:
		p.popAbove(atom.Table)
		p.mark()
		p.addElement()
		p.mode = inCaption
	case atom.Colgroup:
		p.popAbove(atom.Table)
		p.addElement()
		p.mode = inColumnGroup
	case atom.Col:
		p.imply(startTag, atom.Colgroup)
		return true, true
	case atom.Tbody, atom.Tfoot, atom.Thead:
		p.popAbove(atom.Table)
		p.addElement()
		p.mode = inTableBody
	case atom.Td, atom.Th, atom.Tr:
		p.imply(startTag, atom.Tbody)
		return true, true
	case atom.Table:
		if !p.popTo(tableScope, atom.Table) {
			return true, false
		}
		p.resetMode()
		return true, true
	case atom.Style, atom.Script, atom.Template:
		p.inHead()
	case atom.Input:
		if !p.isHiddenInput() {
			return false, false
		}
		p.addVoid()
	case atom.Form:
		if p.form == nil {
			p.addElement()
			p.form = p.top()
			p.pop()
			return false, false
		}
	default:
		return false, false
	}
	return true, false
}

func (p *treeBuilder) isHiddenInput() bool {
	for _, a := range p.t.attrs {
		if a.Key == "type" {
			return strings.EqualFold(a.Val, "hidden")
		}
	}
	return false
}

func (p *treeBuilder) inCaption() bool {
	ends := p.t.kind == startTag && isTableTag(p.t.atom) && p.t.atom != atom.Th || p.t.kind == endTag && (p.t.atom == atom.Caption || p.t.atom == atom.Table)
	switch {
	case ends:
		if !p.popTo(tableScope, atom.Caption) {
			return true
		}
		p.clearFormatting()
		p.mode = inTable
		return p.t.kind == endTag && p.t.atom == atom.Caption
	case p.t.kind == endTag && (p.t.atom == atom.Body || p.t.atom == atom.Html || isTableTag(p.t.atom)):
		return true
	}
	return p.inBody()
}

func (p *treeBuilder) inColumnGroup() bool {
	switch p.t.kind {
	case textToken:
		if !p.addSpace() {
			return true
		}
	case commentToken:
		p.addComment()
		return true
	case doctypeToken:
		return true
	case startTag:
		switch p.t.atom {
		case atom.Html:
			return p.inBody()
		case atom.Col:
			p.addVoid()
			return true
		case atom.Template:
			return p.inHead()
		}
	case endTag:
		switch p.t.atom {
		case atom.Colgroup:
			if p.top().DataAtom == atom.Colgroup {
				p.pop()
				p.mode = inTable
			}
			return true
		case atom.Col, atom.Template:
			return true
		}
	case endOfFile:
		return p.inBody()
	}
	if p.top().DataAtom != atom.Colgroup {
		return true
	}
	p.pop()
	p.mode = inTable
	return false
}

func (p *treeBuilder) inTableBody() bool {
	switch p.t.kind {
	case startTag:
		switch p.t.atom {
		case atom.Tr:
			p.popAbove(atom.Tbody, atom.Tfoot, atom.Thead)
			p.addElement()
			p.mode = inRow
			return true
		case atom.Td, atom.Th:
			p.imply(startTag, atom.Tr)
			return false
		case atom.Caption, atom.Col, atom.Colgroup, atom.Tbody, atom.Tfoot, atom.Thead:
			return p.endTableBody()
		}
	case endTag:
		switch p.t.atom {
		case atom.Tbody, atom.Tfoot, atom.Thead:
			if p.inScope(tableScope, p.t.atom) {
				p.popAbove(atom.Tbody, atom.Tfoot, atom.Thead)
				p.pop()
				p.mode = inTable
			}
			return true
		case atom.Table:
			return p.endTableBody()
		case atom.Body, atom.Caption, atom.Col, atom.Colgroup, atom.Html, atom.Td, atom.Th, atom.Tr:
			return true
		}
	case commentToken:
		p.addComment()
		return true
	}
	return p.inTable()
}

// endTableBody closes the table body for a tag that is looked at again then.
func (p *treeBuilder) endTableBody() bool {
	if !p.popTo(tableScope, atom.Tbody, atom.Thead, atom.Tfoot) {
		return true
	}
	p.mode = inTable
	return false
}

func (p *treeBuilder) inRow() bool {
	switch p.t.kind {
	case startTag:
		switch p.t.atom {
		case atom.Td, atom.Th:
			p.popAbove(atom.Tr)
			p.addElement()
			p.mark()
			p.mode = inCell
			return true
		case atom.Caption, atom.Col, atom.Colgroup, atom.Tbody, atom.Tfoot, atom.Thead, atom.Tr:
			return !p.endRow()
		}
	case endTag:
		switch p.t.atom {
		case atom.Tr:
			p.endRow()
			return true
		case atom.Table:
			return !p.endRow()
		case atom.Tbody, atom.Tfoot, atom.Thead:
			return !(p.inScope(tableScope, p.t.atom) && p.endRow())
		case atom.Body, atom.Caption, atom.Col, atom.Colgroup, atom.Html, atom.Td, atom.Th:
			return true
		}
	}
	return p.inTable()
}

// endRow closes the row; false where there is none.
func (p *treeBuilder) endRow() bool {
	if !p.inScope(tableScope, atom.Tr) {
		return false
	}
	p.popAbove(atom.Tr)
	p.pop()
	p.mode = inTableBody
	return true
}

func (p *treeBuilder) inCell() bool {
	switch p.t.kind {
	case startTag:
		if isTableTag(p.t.atom) {
			if !p.popTo(tableScope, atom.Td, atom.Th) {
				return true
			}
			p.clearFormatting()
			p.mode = inRow
			return false
		}
	case endTag:
		switch p.t.atom {
		case atom.Td, atom.Th:
			if p.popTo(tableScope, p.t.atom) {
				p.clearFormatting()
				p.mode = inRow
			}
			return true
		case atom.Body, atom.Caption, atom.Col, atom.Colgroup, atom.Html:
			return true
		case atom.Table, atom.Tbody, atom.Tfoot, atom.Thead, atom.Tr:
			if !p.inScope(tableScope, p.t.atom) {
				return true
			}
			if p.popTo(tableScope, atom.Td, atom.Th) {
				p.clearFormatting()
			}
			p.mode = inRow
			return false
		}
	}
	return p.inBody()
}
