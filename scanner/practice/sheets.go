package practice

import (
	"embed"
	"fmt"
	"strings"

	"sesshu/scanner/virtual"
)

const (
	// Sheets is how many papers the practice stack has.
	Sheets = 16
	// Resolution of their pictures, dots per inch.
	Resolution = 80
)

// The pictures are drawn by: go test ./scanner/practice -draw: slips of people who do not exist.
//
//go:embed sheets/*.jpg sheets/names.txt
var files embed.FS

// Paper is one sheet of the practice stack.
type Paper struct {
	Number int    `json:"number"` // its place in the stack, from 1; it is not written on the paper
	Name   string `json:"name"`   // which is
	image  []byte
}

// stack returns the practice stack in its order.
func stack() ([]Paper, error) {
	text, err := files.ReadFile("sheets/names.txt")
	if err != nil {
		return nil, fmt.Errorf("practice sheets: %w", err)
	}
	names := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(names) != Sheets {
		return nil, fmt.Errorf("practice sheets: %d names for %d sheets", len(names), Sheets)
	}
	papers := make([]Paper, Sheets)
	for i := range papers {
		papers[i] = Paper{Number: i + 1, Name: names[i]}
		if papers[i].image, err = files.ReadFile(fmt.Sprintf("sheets/%02d.jpg", i+1)); err != nil {
			return nil, fmt.Errorf("practice sheets: %w", err)
		}
	}
	return papers, nil
}

// load returns papers as the virtual feeder takes them.
func load(papers []Paper) []virtual.Sheet {
	sheets := make([]virtual.Sheet, len(papers))
	for i, paper := range papers {
		sheets[i] = virtual.Sheet{Name: paper.Name, Front: paper.image}
	}
	return sheets
}
