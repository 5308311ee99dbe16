package tess

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// Codebook says how a model spells characters. The network of a Latin model has
// one output a character; a Japanese one spells kanji by several codes. Steps
// name codes by the character that happens to have the code's number.
type Codebook struct {
	spelling map[string][]string
}

// Parts of a traineddata file that the codebook is read from, by their place in
// its table.
const (
	partCharacters = 21 // the network's characters, as text
	partCodes      = 22 // their codes
	mostParts      = 64
)

// ErrCodebook means that a traineddata file holds no codes that can be read.
var ErrCodebook = errors.New("traineddata holds no readable codes")

// OpenCodebook reads the codes from the bytes of a traineddata file.
func OpenCodebook(model []byte) (Codebook, error) {
	characters, err := charactersOf(part(model, partCharacters))
	if err != nil {
		return Codebook{}, err
	}
	codes, err := codesOf(part(model, partCodes))
	if err != nil {
		return Codebook{}, err
	}
	book := Codebook{make(map[string][]string, len(characters))}
	for id, character := range characters {
		if id >= len(codes) || id == 1 || id == 2 { // the joined and the broken character
			continue
		}
		names := make([]string, len(codes[id]))
		for i, code := range codes[id] {
			names[i] = nameOf(code, characters)
		}
		if _, known := book.spelling[character]; !known {
			book.spelling[character] = names
		}
	}
	return book, nil
}

// Spell returns the texts of the choices that make a character, in order; false
// when the model does not know it.
func (b Codebook) Spell(character string) ([]string, bool) {
	names, ok := b.spelling[character]
	return names, ok && len(names) > 0
}

// nameOf is how the steps name a code.
func nameOf(code int, characters []string) string {
	switch {
	case code == 0:
		return characters[0]
	case code+2 < len(characters):
		return characters[code+2]
	}
	return ""
}

// part returns one component of a traineddata file: a count of components,
// their offsets, and the components themselves in the offsets' order.
func part(model []byte, number int) []byte {
	if len(model) < 4 {
		return nil
	}
	count := int(int32(binary.LittleEndian.Uint32(model)))
	if count <= number || count > mostParts || len(model) < 4+8*count {
		return nil
	}
	offset := func(i int) int64 { return int64(binary.LittleEndian.Uint64(model[4+8*i:])) }
	start, end := offset(number), int64(len(model))
	for i := range count {
		if o := offset(i); o > start && o < end {
			end = o
		}
	}
	if start < 0 || start >= int64(len(model)) {
		return nil
	}
	return model[start:end]
}

// charactersOf reads a unicharset: a count, then a line for each character that
// begins with it. NULL stands for the space.
func charactersOf(text []byte) ([]string, error) {
	lines := strings.Split(string(bytes.TrimRight(text, "\n\x00")), "\n")
	if len(lines) < 4 {
		return nil, fmt.Errorf("characters: %w", ErrCodebook)
	}
	characters := make([]string, 0, len(lines)-1)
	for _, line := range lines[1:] {
		character, _, _ := strings.Cut(line, " ")
		if character == "NULL" || character == "" {
			character = " "
		}
		characters = append(characters, character)
	}
	return characters, nil
}

// codesOf reads the recoder: a count, then for each character a byte, a number
// of codes and the codes.
func codesOf(block []byte) ([][]int, error) {
	next := func() (int, bool) {
		if len(block) < 4 {
			return 0, false
		}
		v := int(int32(binary.LittleEndian.Uint32(block)))
		block = block[4:]
		return v, true
	}
	count, ok := next()
	if !ok || count < 1 || count > len(block) {
		return nil, fmt.Errorf("count of codes: %w", ErrCodebook)
	}
	codes := make([][]int, count)
	for i := range codes {
		if len(block) < 1 {
			return nil, fmt.Errorf("codes of character %d: %w", i, ErrCodebook)
		}
		block = block[1:]
		length, ok := next()
		if !ok || length < 0 || length > 16 {
			return nil, fmt.Errorf("codes of character %d: %w", i, ErrCodebook)
		}
		for range length {
			code, ok := next()
			if !ok || code < 0 {
				return nil, fmt.Errorf("codes of character %d: %w", i, ErrCodebook)
			}
			codes[i] = append(codes[i], code)
		}
	}
	return codes, nil
}
