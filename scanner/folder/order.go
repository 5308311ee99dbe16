package folder

import (
	"cmp"
	"math/big"
	"path/filepath"
	"slices"
	"strings"
)

// inOrder sorts files into the order of the stack. What was there in an earlier
// look comes first, by this process's own count: the clock of a share may step
// back. Files that appeared together are in the order of the running number in
// their names, when they have names alike but for it, and in the order in which
// they were written otherwise.
func (b *batch) inOrder(files []entry) []entry {
	groups := map[int][]entry{}
	for _, file := range files {
		look := b.seen[file.name].look
		groups[look] = append(groups[look], file)
	}
	sorted := make([]entry, 0, len(files))
	looks := make([]int, 0, len(groups))
	for look := range groups {
		looks = append(looks, look)
	}
	slices.Sort(looks)
	for _, look := range looks {
		sorted = append(sorted, sortGroup(groups[look])...)
	}
	return sorted
}

func sortGroup(files []entry) []entry {
	byNumber := len(files) > 0
	for _, file := range files {
		_, numbered := numberIn(file.name)
		byNumber = byNumber && numbered && frame(file.name) == frame(files[0].name)
	}
	slices.SortFunc(files, func(a, b entry) int {
		if byNumber {
			first, _ := numberIn(a.name)
			second, _ := numberIn(b.name)
			return cmp.Or(first.Cmp(second), strings.Compare(a.name, b.name))
		}
		return cmp.Or(a.modified.Compare(b.modified), strings.Compare(a.name, b.name))
	})
	return files
}

// lastDigits returns where the last run of digits before the extension lies.
func lastDigits(name string) (from, to int) {
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	to = len(stem)
	for to > 0 && !isDigit(stem[to-1]) {
		to--
	}
	from = to
	for from > 0 && isDigit(stem[from-1]) {
		from--
	}
	return from, to
}

func isDigit(character byte) bool { return character >= '0' && character <= '9' }

// numberIn returns the running number of a name: 9 comes before 10, with or
// without zeros in front.
func numberIn(name string) (*big.Int, bool) {
	from, to := lastDigits(name)
	return new(big.Int).SetString(name[from:to], 10)
}

// frame returns a name without its running number.
func frame(name string) string {
	from, to := lastDigits(name)
	return strings.ToLower(name[:from] + "#" + name[to:])
}
