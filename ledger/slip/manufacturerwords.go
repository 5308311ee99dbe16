package slip

// ManufacturerWords returns the words by which NormaliseManufacturer knows a
// manufacturer or its product, in half width and lower case, the more telling
// ones first. A reader that meets damaged print compares with them.
func ManufacturerWords() []string {
	words := make([]string, len(spellings))
	for i, spelling := range spellings {
		words[i] = spelling.word
	}
	return words
}
