package form

import (
	"strings"

	"sesshu/ledger/slip"
)

// finish checks what only the whole definition can show.
func (p *parser) finish() {
	p.closeBlock()
	form := p.form
	if form.Name == "" {
		p.fault("no form statement")
	}
	if form.Width <= 0 || form.Height <= 0 {
		p.fault("no size statement")
	}
	if form.BlankFile == "" {
		p.fault("no blank statement")
	}
	if len(form.Fields) == 0 {
		p.fault("no field")
	}
	p.finishInserts()
	p.finishFields()
	p.finishValues()
}

func (p *parser) finishInserts() {
	seen := map[string]bool{}
	for i := range p.form.Inserts {
		p.insert = &p.form.Inserts[i]
		if seen[p.insert.Name] {
			p.fault("stands twice")
		}
		seen[p.insert.Name] = true
		if p.insert.PictureFile == "" {
			p.fault("no picture statement")
		}
		if p.insert.Width <= 0 || p.insert.Height <= 0 {
			p.fault("no size statement")
		}
	}
	p.insert = nil
}

func (p *parser) finishFields() {
	seen := map[string]bool{}
	for i := range p.form.Fields {
		p.field = &p.form.Fields[i]
		field := p.field
		if seen[field.Name] {
			p.fault("stands twice")
		}
		seen[field.Name] = true
		width, height := p.form.Width, p.form.Height
		if field.Insert != "" {
			insert, ok := p.form.Insert(field.Insert)
			if !ok {
				p.fault("lies on insert %q, which does not exist", field.Insert)
			}
			width, height = insert.Width, insert.Height
		}
		if field.Type == "" {
			p.fault("no type statement")
		}
		if field.Box.Width <= 0 {
			p.fault("no box statement")
		}
		boxes := append([]Rectangle{field.Box}, field.Cells...)
		for _, choice := range field.Choices {
			boxes = append(boxes, choice.Box)
		}
		for _, box := range boxes {
			if box.X+box.Width > width+0.01 || box.Y+box.Height > height+0.01 {
				p.fault("box %g %g %g %g reaches outside the %g × %g mm it lies on", box.X, box.Y, box.Width, box.Height, width, height)
			}
		}
		switch field.Type {
		case BoxedDigits:
			p.finishCells(field)
		case CheckBox, Circle:
			if len(field.Choices) == 0 {
				p.fault("type %s wants at least one choice", field.Type)
			}
		default: // a box is all the others need
		}
		for _, gives := range field.Gives {
			if _, ok := p.form.Value(gives.Value); !ok {
				p.fault("gives %q, for which there is no value block", gives.Value)
			}
			if field.Length > 0 && gives.To > field.Length {
				p.fault("gives %q reaches beyond length %d", gives.Value, field.Length)
			}
		}
	}
	p.field = nil
}

func (p *parser) finishCells(field *Field) {
	if len(field.Cells) == 0 {
		p.fault("boxed digits want cells")
	}
	if field.Format == "" {
		p.fault("boxed digits want a format, one letter a cell")
	}
	letters := 0
	for _, r := range field.Format {
		if strings.ContainsRune("YMDN", r) {
			letters++
		}
	}
	if letters != len(field.Cells) {
		p.fault("format %q has %d cells, but %d are drawn", field.Format, letters, len(field.Cells))
	}
}

func (p *parser) finishValues() {
	given := map[slip.Value]bool{}
	for _, field := range p.form.Fields {
		for _, gives := range field.Gives {
			given[gives.Value] = true
		}
	}
	seen := map[slip.Value]bool{}
	for i := range p.form.Values {
		p.value = &p.form.Values[i]
		if seen[p.value.Name] {
			p.fault("stands twice")
		}
		seen[p.value.Name] = true
		if p.value.Witnesses < 1 || p.value.Witnesses > 9 {
			p.fault("witnesses must be from 1 to 9")
		}
		if p.value.Required && !given[p.value.Name] {
			p.fault("is required, but no field gives it")
		}
	}
	p.value = nil
}
