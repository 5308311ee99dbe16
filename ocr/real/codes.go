package real

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"regexp"
	"strings"

	"sesshu/ledger/slip"
	"sesshu/ocr/barcode"
)

// CodeSet is what a decoder made of the pictures of one folder.
type CodeSet struct {
	Folder  string
	Decoder string // empty: there is none for this kind of code
	N       int    // pictures with a text beside them
	Right   int
	Wrong   int     // another text came out
	Highest float64 // greatest probability of a wrong text
	GTINs   int     // GS1 article numbers in the texts
	Valid   int     // of them, with the check digit of our rule
}

// Stranger is what a decoder made of pictures that hold no code of its kind.
type Stranger struct {
	Decoder string
	N       int
	Read    []string // pictures in which it found a text all the same
	Highest float64  // greatest probability of such a text
}

// decoders in the order of the report, with the folders that hold their codes.
var decoders = []struct {
	name, prefix string
	read         func(*image.Gray) ([]slip.Candidate, error)
}{
	{"NW-7", "codabar", barcode.NW7},
	{"DataMatrix", "datamatrix", barcode.DataMatrix},
	{"QR", "qrcode", barcode.QR},
}

const codesFolder = "barcodes-zxing"

// Codes gives the pictures of barcodes-zxing, whole, to the decoders: each
// picture to the decoder of its kind, and to the others, which must find
// nothing in it.
func Codes(ctx context.Context, root fs.FS) (sets []CodeSet, strangers []Stranger, missing []string, err error) {
	found, err := there(root, codesFolder)
	if err != nil || !found {
		return nil, nil, []string{codesFolder}, err
	}
	folders, err := fs.ReadDir(root, codesFolder)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, decoder := range decoders {
		strangers = append(strangers, Stranger{Decoder: decoder.name})
	}
	for _, folder := range folders {
		if !folder.IsDir() {
			continue
		}
		set, err := codes(ctx, root, folder.Name(), strangers)
		if err != nil {
			return nil, nil, nil, fmt.Errorf("%s/%s: %w", codesFolder, folder.Name(), err)
		}
		if set.N > 0 {
			sets = append(sets, set)
		}
	}
	return sets, strangers, nil, nil
}

func codes(ctx context.Context, root fs.FS, folder string, strangers []Stranger) (CodeSet, error) {
	set := CodeSet{Folder: folder}
	names, err := pictures(root, codesFolder+"/"+folder)
	if err != nil {
		return set, err
	}
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return set, err
		}
		picture, err := grey(root, name)
		if err != nil {
			return set, err
		}
		text, err := fs.ReadFile(root, strings.TrimSuffix(name, ".png")+".txt")
		truth, labelled := strings.TrimRight(string(text), "\r\n"), err == nil
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return set, err
		}
		if labelled {
			set.N++
			set.gtin(truth)
		}
		for i, decoder := range decoders {
			candidates, err := decoder.read(picture)
			if err != nil {
				return set, fmt.Errorf("%s: %w", name, err)
			}
			if strings.HasPrefix(folder, decoder.prefix) {
				set.Decoder = decoder.name
				if labelled {
					set.add(truth, candidates)
				}
				continue
			}
			strangers[i].N++
			if len(candidates) > 0 {
				strangers[i].Read = append(strangers[i].Read, strings.TrimPrefix(name, codesFolder+"/"))
				strangers[i].Highest = max(strangers[i].Highest, candidates[0].P)
			}
		}
	}
	return set, nil
}

func (s *CodeSet) add(truth string, candidates []slip.Candidate) {
	switch {
	case len(candidates) == 0:
	case strings.TrimRight(candidates[0].Text, "\r\n") == truth:
		s.Right++
	default:
		s.Wrong++
		s.Highest = max(s.Highest, candidates[0].P)
	}
}

// gs1Article finds the article number in a GS1 element string; DataBar's plain
// form is the number alone.
var gs1Article = regexp.MustCompile(`^(?:\(01\))?(\d{14})(?:\(|$)`)

// gtin looks whether the text names an article, and at its check digit.
func (s *CodeSet) gtin(text string) {
	if !strings.HasPrefix(s.Folder, "rss") {
		return
	}
	if article := gs1Article.FindStringSubmatch(text); article != nil {
		s.GTINs++
		if slip.ValidGTIN(article[1]) {
			s.Valid++
		}
	}
}
