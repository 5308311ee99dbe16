package form

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"sesshu/ledger/slip"
)

// Error is a fault in a form definition. It names the file, the line (0 when
// the fault is not on one line) and, inside a block, the field, insert or value.
type Error struct {
	File  string
	Line  int
	Block string
	Fault string
}

// Error returns "file:line: block: fault".
func (e *Error) Error() string {
	text := e.File
	if e.Line > 0 {
		text += ":" + strconv.Itoa(e.Line)
	}
	if e.Block != "" {
		text += ": " + e.Block
	}
	return text + ": " + e.Fault
}

// LoadAll reads every folder of root that holds a form.txt, in the order of
// their names. All faults of all forms come back joined in one error; a form
// with a fault is not returned.
func LoadAll(root fs.FS) ([]*Form, error) {
	folders, err := fs.ReadDir(root, ".")
	if err != nil {
		return nil, fmt.Errorf("list forms: %w", err)
	}
	var forms []*Form
	var faults []error
	for _, folder := range folders {
		if !folder.IsDir() {
			continue
		}
		if _, err := fs.Stat(root, path.Join(folder.Name(), "form.txt")); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		form, err := Load(root, folder.Name())
		if err != nil {
			faults = append(faults, err)
			continue
		}
		forms = append(forms, form)
	}
	return forms, errors.Join(faults...)
}

// Load reads the form in folder name of root with its pictures.
func Load(root fs.FS, name string) (*Form, error) {
	file := path.Join(name, "form.txt")
	text, err := fs.ReadFile(root, file)
	if err != nil {
		return nil, fmt.Errorf("read form: %w", err)
	}
	form, err := Parse(file, text)
	if err != nil {
		return nil, err
	}
	if form.Name != name {
		return nil, &Error{File: file, Fault: fmt.Sprintf("the form calls itself %q but lies in folder %q", form.Name, name)}
	}
	hash := sha256.New()
	add := func(part []byte) {
		fmt.Fprintf(hash, "%d\n", len(part))
		hash.Write(part)
	}
	add(text)
	picture := func(block, named string) ([]byte, error) {
		content, err := fs.ReadFile(root, path.Join(name, named))
		if err != nil {
			return nil, &Error{File: file, Block: block, Fault: fmt.Sprintf("picture %q: %v", named, err)}
		}
		if !bytes.HasPrefix(content, []byte("\x89PNG\r\n\x1a\n")) {
			return nil, &Error{File: file, Block: block, Fault: fmt.Sprintf("picture %q is no PNG file", named)}
		}
		add(content)
		return content, nil
	}
	if form.Blank, err = picture("", form.BlankFile); err != nil {
		return nil, err
	}
	for i := range form.Inserts {
		insert := &form.Inserts[i]
		if insert.Picture, err = picture("insert "+insert.Name, insert.PictureFile); err != nil {
			return nil, err
		}
	}
	hash.Sum(form.Hash[:0])
	return form, nil
}

// Parse reads a definition without its pictures. All its faults come back
// joined, each an *Error.
func Parse(file string, text []byte) (*Form, error) {
	p := &parser{file: file, form: &Form{Title: map[string]string{}}}
	if !utf8.Valid(text) {
		return nil, &Error{File: file, Fault: "is not UTF-8"}
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	for line := range bytes.Lines(text) {
		p.line++
		statement, _, _ := strings.Cut(string(line), "#")
		words := strings.Fields(statement)
		if len(words) > 0 {
			p.statement(words[0], words[1:])
		}
	}
	p.line = 0
	p.finish()
	if len(p.faults) > 0 {
		return nil, errors.Join(p.faults...)
	}
	return p.form, nil
}

type parser struct {
	file   string
	line   int
	form   *Form
	field  *Field
	insert *Insert
	value  *Value
	faults []error
}

func (p *parser) block() string {
	switch {
	case p.field != nil:
		return "field " + p.field.Name
	case p.insert != nil:
		return "insert " + p.insert.Name
	case p.value != nil:
		return "value " + string(p.value.Name)
	}
	return ""
}

func (p *parser) fault(format string, args ...any) {
	p.faults = append(p.faults, &Error{File: p.file, Line: p.line, Block: p.block(), Fault: fmt.Sprintf(format, args...)})
}

func (p *parser) closeBlock() {
	switch {
	case p.field != nil:
		p.form.Fields = append(p.form.Fields, *p.field)
	case p.insert != nil:
		p.form.Inserts = append(p.form.Inserts, *p.insert)
	case p.value != nil:
		p.form.Values = append(p.form.Values, *p.value)
	}
	p.field, p.insert, p.value = nil, nil, nil
}

func (p *parser) statement(keyword string, args []string) {
	switch keyword {
	case "field", "insert", "value":
		p.closeBlock()
		name, ok := p.name(keyword, args)
		if !ok {
			name = "?"
		}
		switch keyword {
		case "field":
			p.field = &Field{Name: name}
		case "insert":
			p.insert = &Insert{Name: name}
		case "value":
			p.value = &Value{Name: slip.Value(name), Title: map[string]string{}, Witnesses: 1}
		}
		return
	}
	var known bool
	switch {
	case p.field != nil:
		known = p.fieldStatement(keyword, args)
	case p.insert != nil:
		known = p.insertStatement(keyword, args)
	case p.value != nil:
		known = p.valueStatement(keyword, args)
	default:
		known = p.formStatement(keyword, args)
	}
	if !known {
		p.fault("unknown statement %q", keyword)
	}
}

func (p *parser) formStatement(keyword string, args []string) bool {
	form := p.form
	switch keyword {
	case "form":
		form.Name, _ = p.name(keyword, args)
	case "title":
		p.title(form.Title, args)
	case "size":
		p.numbers(keyword, args, &form.Width, &form.Height)
	case "blank":
		form.BlankFile = p.fileName(keyword, args)
	case "kind":
		form.Kind = p.oneOf(keyword, args, "covid19", "routine")
	case "campaign":
		if len(args) != 2 {
			p.fault("campaign wants two dates")
			break
		}
		for _, date := range args {
			if _, err := time.Parse(time.DateOnly, date); err != nil {
				p.fault("campaign date %q is not of the form 2021-02-17", date)
			}
		}
		form.CampaignFirst, form.CampaignLast = args[0], args[1]
	case "anchor":
		form.Anchors = append(form.Anchors, p.rectangle(keyword, args))
	case "ignore":
		form.Ignored = append(form.Ignored, p.rectangle(keyword, args))
	default:
		return false
	}
	return true
}

func (p *parser) insertStatement(keyword string, args []string) bool {
	insert := p.insert
	switch keyword {
	case "picture":
		insert.PictureFile = p.fileName(keyword, args)
	case "size":
		p.numbers(keyword, args, &insert.Width, &insert.Height)
	case "at":
		p.numbers(keyword, args, &insert.X, &insert.Y)
	case "shift":
		p.numbers(keyword, args, &insert.Shift)
	case "turn":
		p.numbers(keyword, args, &insert.Turn)
	default:
		return false
	}
	return true
}

func (p *parser) fieldStatement(keyword string, args []string) bool {
	field := p.field
	switch keyword {
	case "type":
		field.Type = Type(p.oneOf(keyword, args, types()...))
	case "on":
		field.Insert, _ = p.name(keyword, args)
	case "box":
		field.Box = p.rectangle(keyword, args)
	case "characters":
		if len(args) != 1 {
			p.fault("characters wants one set such as 0-9A-Z")
			break
		}
		field.Characters = p.characters(args[0])
	case "length":
		var length float64
		p.numbers(keyword, args, &length)
		field.Length = int(length)
	case "format":
		field.Format = strings.Join(args, " ")
	case "era":
		if len(args) != 1 {
			p.fault("era wants one name such as 令和")
			break
		}
		field.Era = args[0]
	case "cell":
		field.Cells = append(field.Cells, p.rectangle(keyword, args))
	case "cells":
		p.cells(args)
	case "choice":
		if len(args) != 5 {
			p.fault("choice wants a value and X Y W H")
			break
		}
		field.Choices = append(field.Choices, Choice{Value: args[0], Box: p.rectangle(keyword, args[1:])})
	case "gives":
		p.gives(args)
	default:
		return false
	}
	return true
}

func (p *parser) valueStatement(keyword string, args []string) bool {
	value := p.value
	switch keyword {
	case "title":
		p.title(value.Title, args)
	case "required":
		if len(args) > 0 {
			p.fault("required takes no argument")
		}
		value.Required = true
	case "witnesses":
		var count float64
		p.numbers(keyword, args, &count)
		value.Witnesses = int(count)
	case "check":
		value.Checks = append(value.Checks, Check(p.oneOf(keyword, args, checks()...)))
	default:
		return false
	}
	return true
}

func (p *parser) title(titles map[string]string, args []string) {
	if len(args) < 2 || args[0] != "ja" && args[0] != "en" {
		p.fault("title wants ja or en, then the text")
		return
	}
	titles[args[0]] = strings.Join(args[1:], " ")
}

func (p *parser) name(keyword string, args []string) (string, bool) {
	if len(args) != 1 {
		p.fault("%s wants one name", keyword)
		return "", false
	}
	for _, r := range args[0] {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' {
			p.fault("%s name %q may hold lower-case letters, digits, hyphens and underscores only", keyword, args[0])
			return "", false
		}
	}
	return args[0], true
}

func (p *parser) fileName(keyword string, args []string) string {
	if len(args) != 1 || strings.ContainsAny(args[0], `/\`) {
		p.fault("%s wants the name of a PNG file in the same folder", keyword)
		return ""
	}
	return args[0]
}

func (p *parser) oneOf(keyword string, args []string, allowed ...string) string {
	if len(args) != 1 || !slices.Contains(allowed, args[0]) {
		p.fault("%s %q is none of %s", keyword, strings.Join(args, " "), strings.Join(allowed, ", "))
		return ""
	}
	return args[0]
}

func (p *parser) numbers(keyword string, args []string, targets ...*float64) {
	if len(args) != len(targets) {
		p.fault("%s wants %d numbers, has %d", keyword, len(targets), len(args))
		return
	}
	for i, arg := range args {
		number, err := strconv.ParseFloat(arg, 64)
		if err != nil || !(number >= 0 && number <= 2000) { // the negation also catches NaN
			p.fault("%s: %q is not a number from 0 to 2000", keyword, arg)
			return
		}
		*targets[i] = number
	}
}

func (p *parser) rectangle(keyword string, args []string) Rectangle {
	var r Rectangle
	p.numbers(keyword, args, &r.X, &r.Y, &r.Width, &r.Height)
	if r.Width <= 0 || r.Height <= 0 {
		p.fault("%s has no area", keyword)
	}
	return r
}

func (p *parser) cells(args []string) {
	var x, y, width, height, pitch, count float64
	p.numbers("cells", args, &x, &y, &width, &height, &pitch, &count)
	if width <= 0 || height <= 0 || pitch <= 0 || count < 1 || count > 100 {
		p.fault("cells wants X Y W H PITCH COUNT, all above 0 and at most 100 cells")
		return
	}
	for i := range int(count) {
		p.field.Cells = append(p.field.Cells, Rectangle{x + float64(i)*pitch, y, width, height})
	}
}

func (p *parser) characters(set string) string {
	runes := []rune(set)
	var expanded []rune
	for i := 0; i < len(runes); i++ {
		if i+2 < len(runes) && runes[i+1] == '-' {
			if runes[i+2] < runes[i] || runes[i+2]-runes[i] > 1000 {
				p.fault("characters: range %c-%c runs backwards or is too long", runes[i], runes[i+2])
				return ""
			}
			for r := runes[i]; r <= runes[i+2]; r++ {
				expanded = append(expanded, r)
			}
			i += 2
			continue
		}
		expanded = append(expanded, runes[i])
	}
	return string(expanded)
}

func (p *parser) gives(args []string) {
	if len(args) < 1 || len(args) > 2 {
		p.fault("gives wants a value and, for a part, FROM-TO")
		return
	}
	gives := Gives{Value: slip.Value(args[0])}
	if len(args) == 2 {
		from, to, ok := strings.Cut(args[1], "-")
		var err1, err2 error
		gives.From, err1 = strconv.Atoi(from)
		gives.To, err2 = strconv.Atoi(to)
		if !ok || err1 != nil || err2 != nil || gives.From < 1 || gives.To < gives.From {
			p.fault("gives: %q is not a range such as 9-18", args[1])
		}
	}
	p.field.Gives = append(p.field.Gives, gives)
}

func types() []string {
	return []string{
		string(OCRLine), string(PrintedDigits), string(PrintedText), string(Date), string(BoxedDigits),
		string(Barcode), string(QR), string(DataMatrix), string(CheckBox), string(Circle), string(Sticker), string(Signature),
	}
}

func checks() []string {
	return []string{
		string(CheckMunicipality), string(CheckTicket), string(CheckDate), string(CheckLot), string(CheckManufacturer),
		string(CheckFacility), string(CheckPerson), string(CheckAmount), string(CheckConsent),
	}
}
