package slip

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// EntryHash returns the hash that an entry must carry in Hash. It covers all
// the entry says, and through Previous all entries before it.
//
// It is the SHA-256 of these texts, each written as a netstring (its length in
// bytes in decimal, a colon, the UTF-8 bytes, a comma) and put one after the
// other:
//
//	"sesshu entry 1"                the name of this rule
//	Sequence                        decimal
//	Sheet.Station, Sheet.Batch
//	Sheet.Sequence                  decimal
//	SHA256                          64 lower-case hexadecimal digits
//	Page                            decimal
//	number of values                decimal
//	name, text of each value        in the order of the names' bytes
//	DecidedBy.Kind, DecidedBy.Name
//	Replaces                        decimal, 0 for none
//	RecordedAt                      UTC, like 2021-06-30T01:02:03.000004Z
//	Previous                        64 lower-case hexadecimal digits
//
// RecordedAt counts in microseconds; what is finer is left out.
func EntryHash(entry Entry) Hash {
	var text bytes.Buffer
	add := func(part string) { fmt.Fprintf(&text, "%d:%s,", len(part), part) }
	add("sesshu entry 1")
	add(strconv.FormatInt(entry.Sequence, 10))
	add(entry.Sheet.Station)
	add(entry.Sheet.Batch)
	add(strconv.Itoa(entry.Sheet.Sequence))
	add(entry.SHA256.String())
	add(strconv.Itoa(entry.Page))
	add(strconv.Itoa(len(entry.Values)))
	for _, name := range slices.Sorted(maps.Keys(entry.Values)) {
		add(string(name))
		add(entry.Values[name])
	}
	add(entry.DecidedBy.Kind)
	add(entry.DecidedBy.Name)
	add(strconv.FormatInt(entry.Replaces, 10))
	add(entry.RecordedAt.UTC().Truncate(time.Microsecond).Format("2006-01-02T15:04:05.000000Z"))
	add(entry.Previous.String())
	return sha256.Sum256(text.Bytes())
}
