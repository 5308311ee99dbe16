package typeface

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/image/font/sfnt"
)

// A family is a font we may use: the file names it is known by and the Debian
// package that brings it.
type family struct {
	name    string
	files   []string // base names, any of them; "#0" marks a collection, whose first font is meant
	debian  string
	needed  bool // the generator cannot work without it
	purpose Purpose
}

// Purpose says what a font is good for.
type Purpose string

// The purposes.
const (
	Form        Purpose = "form"        // printed Japanese on forms, a gothic
	FormBold    Purpose = "form-bold"   // its headings
	OCRB        Purpose = "ocr-b"       // the OCR line
	Japanese    Purpose = "japanese"    // printed Japanese of any look, digits included
	Latin       Purpose = "latin"       // printed letters and digits
	Handwriting Purpose = "handwriting" // looks written by hand, Japanese included
)

// families in order of preference within each purpose.
var families = []family{
	{"IPAexGothic", []string{"ipaexg.ttf"}, "fonts-ipaexfont", true, Form},
	{"Noto Sans CJK JP Bold", []string{"NotoSansCJK-Bold.ttc#0"}, "fonts-noto-cjk", true, FormBold},
	{"OCR B", []string{"OCRB.otf"}, "fonts-ocr-b", true, OCRB},
	{"IPAexMincho", []string{"ipaexm.ttf"}, "fonts-ipaexfont", true, Japanese},
	{"Noto Sans CJK JP", []string{"NotoSansCJK-Regular.ttc#0"}, "fonts-noto-cjk", true, Japanese},
	{"Noto Serif CJK JP", []string{"NotoSerifCJK-Regular.ttc#0"}, "fonts-noto-cjk", true, Japanese},
	{"VL Gothic", []string{"VL-Gothic-Regular.ttf"}, "fonts-vlgothic", false, Japanese},
	{"IPAGothic", []string{"ipag.ttf"}, "fonts-ipafont-gothic", false, Japanese},
	{"IPAMincho", []string{"ipam.ttf"}, "fonts-ipafont-mincho", false, Japanese},
	{"BIZ UDGothic", []string{"BIZUDGothic-Regular.ttf"}, "fonts-morisawa-bizud-gothic", false, Japanese},
	{"Motoya L Cedar", []string{"MTLc3m.ttf", "MotoyaLCedar-W3-90ms-RKSJ-H.ttf"}, "fonts-motoya-l-cedar", false, Japanese},
	{"Liberation Sans", []string{"LiberationSans-Regular.ttf"}, "fonts-liberation", true, Latin},
	{"Liberation Serif", []string{"LiberationSerif-Regular.ttf"}, "fonts-liberation", true, Latin},
	{"Liberation Mono", []string{"LiberationMono-Regular.ttf"}, "fonts-liberation", true, Latin},
	{"DejaVu Sans", []string{"DejaVuSans.ttf"}, "fonts-dejavu-core", true, Latin},
	{"DejaVu Sans Mono", []string{"DejaVuSansMono.ttf"}, "fonts-dejavu-core", true, Latin},
	{"Liberation Sans Bold", []string{"LiberationSans-Bold.ttf"}, "fonts-liberation", true, Latin},
	{"Liberation Sans Narrow", []string{"LiberationSansNarrow-Regular.ttf"}, "fonts-liberation", false, Latin},
	{"DejaVu Sans Condensed", []string{"DejaVuSansCondensed.ttf"}, "fonts-dejavu-extra", false, Latin},
	{"FreeSans", []string{"FreeSans.ttf"}, "fonts-freefont-ttf", false, Latin},
	{"FreeMono", []string{"FreeMono.ttf"}, "fonts-freefont-ttf", false, Latin},
	{"Klee One", []string{"KleeOne-Regular.ttf"}, "fonts-klee", false, Handwriting},
	{"Kiloji", []string{"kiloji.ttf"}, "fonts-kiloji", false, Handwriting},
	{"Seto", []string{"setofont.ttf"}, "fonts-seto", false, Handwriting},
	{"YOzFont", []string{"YOzRS_.ttf", "YOzR_.ttf"}, "fonts-yozvox-yozfont-standard-kana", false, Handwriting},
}

// Library is the set of fonts found. It is safe for concurrent use.
type Library struct {
	faces map[Purpose][]*Face
	names []string
}

// MissingError names the fonts that are not installed.
type MissingError struct{ Families, Packages []string }

// Error says what to install.
func (e *MissingError) Error() string {
	return fmt.Sprintf("fonts %s are not installed; on Debian and Ubuntu: apt-get install %s",
		strings.Join(e.Families, ", "), strings.Join(e.Packages, " "))
}

// Directories returns where fonts are looked for.
func Directories() []string {
	directories := []string{"/usr/share/fonts", "/usr/local/share/fonts"}
	if home, err := os.UserHomeDir(); err == nil {
		directories = append(directories, filepath.Join(home, ".fonts"), filepath.Join(home, ".local/share/fonts"))
	}
	return directories
}

// Open finds the fonts in the directories. A needed font that is not there is
// a *MissingError.
func Open(directories []string) (*Library, error) {
	found := map[string]string{}
	for _, directory := range directories {
		err := filepath.WalkDir(directory, func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return nil //nolint:nilerr // a font folder that cannot be read has no fonts for us
			}
			if _, seen := found[entry.Name()]; !seen && !entry.IsDir() {
				found[entry.Name()] = path
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("look for fonts: %w", err)
		}
	}
	library := &Library{faces: map[Purpose][]*Face{}}
	missing := &MissingError{}
	for _, family := range families {
		face, err := open(family, found)
		if err != nil {
			return nil, err
		}
		if face != nil {
			library.faces[family.purpose] = append(library.faces[family.purpose], face)
			library.names = append(library.names, family.name)
		} else if family.needed {
			missing.Families = append(missing.Families, family.name)
			if !slices.Contains(missing.Packages, family.debian) {
				missing.Packages = append(missing.Packages, family.debian)
			}
		}
	}
	if len(missing.Families) > 0 {
		return nil, missing
	}
	return library, nil
}

// spares has a second file for a font some of whose glyphs x/image cannot read:
// OCR B's 8 uses the flex operator. Its cut with sharp ends has the same 8,
// which has no ends.
var spares = map[string]string{"OCRB.otf": "OCRBS.otf"}

// open returns nil when the family is not among the files found.
func open(family family, found map[string]string) (*Face, error) {
	for _, file := range family.files {
		name, _, _ := strings.Cut(file, "#")
		path, ok := found[name]
		if !ok {
			continue
		}
		font, err := parse(path, name != file)
		if err != nil {
			return nil, err
		}
		face := &Face{Family: family.name, font: font, glyphs: map[rune]glyph{}}
		if spare, ok := found[spares[name]]; ok {
			if face.spare, err = parse(spare, false); err != nil {
				return nil, err
			}
		}
		if !face.Has("0123456789") {
			return nil, fmt.Errorf("font %s: not all digits can be read from it", path)
		}
		return face, nil
	}
	return nil, nil
}

// parse reads a font; of a collection its first, which is the Japanese one in
// Noto's.
func parse(path string, collection bool) (*sfnt.Font, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read font: %w", err)
	}
	var font *sfnt.Font
	if collection {
		var fonts *sfnt.Collection
		if fonts, err = sfnt.ParseCollection(content); err == nil {
			font, err = fonts.Font(0)
		}
	} else {
		font, err = sfnt.Parse(content)
	}
	if err != nil {
		return nil, fmt.Errorf("font %s: %w", path, err)
	}
	return font, nil
}

// Face returns the preferred font for a purpose that Open guarantees: Form,
// FormBold or OCRB.
func (l *Library) Face(purpose Purpose) *Face { return l.faces[purpose][0] }

// Faces returns all fonts for a purpose, most preferred first.
func (l *Library) Faces(purpose Purpose) []*Face { return l.faces[purpose] }

// Names lists the families in use, for the record.
func (l *Library) Names() []string { return l.names }
