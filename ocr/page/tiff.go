package page

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
)

// The TIFF tags that are looked at.
const (
	tagWidth       = 256
	tagHeight      = 257
	tagOrientation = 274
	tagStrips      = 273
	tagStripBytes  = 279
	tagXResolution = 282
	tagUnit        = 296
	tagTiles       = 324
	tagTileBytes   = 325
)

func isTIFF(data []byte) bool {
	if len(data) < 8 {
		return false
	}
	switch string(data[:4]) {
	case "II*\x00", "MM\x00*", "II+\x00", "MM\x00+":
		return true
	}
	return false
}

// tiffReader reads the directories of a TIFF file, classic or big.
type tiffReader struct {
	data  []byte
	order binary.ByteOrder
	big   bool
}

func newTIFFReader(data []byte) tiffReader {
	reader := tiffReader{data: data, order: binary.LittleEndian, big: bytes.IndexByte(data[:4], '+') >= 0}
	if data[0] == 'M' {
		reader.order = binary.BigEndian
	}
	return reader
}

// number reads size bytes at a place, or reports that the file ends before.
func (r tiffReader) number(at int64, size int) (uint64, error) {
	if at < 0 || at > int64(len(r.data)-size) {
		return 0, fmt.Errorf("%w: a TIFF directory lies outside the file", ErrTruncated)
	}
	part := r.data[at:]
	switch size {
	case 1:
		return uint64(part[0]), nil
	case 2:
		return uint64(r.order.Uint16(part)), nil
	case 4:
		return uint64(r.order.Uint32(part)), nil
	default:
		return r.order.Uint64(part), nil
	}
}

// firstPointer returns where the place of the first directory is written, and
// its size in bytes.
func (r tiffReader) firstPointer() (at int64, size int) {
	if r.big {
		return 8, 8
	}
	return 4, 4
}

// first returns the place of the first directory.
func (r tiffReader) first() (int64, error) {
	at, size := r.firstPointer()
	place, err := r.number(at, size)
	return int64(place), err
}

// directory reads one directory: its numeric tags (rational numbers divided; of
// lists the first value, but all places and lengths of strips and tiles) and
// the place of the next directory, 0 after the last.
func (r tiffReader) directory(at int64) (tags map[int][]float64, next int64, err error) {
	countSize, entrySize, valueSize := 2, int64(12), 4
	if r.big {
		countSize, entrySize, valueSize = 8, 20, 8
	}
	count, err := r.number(at, countSize)
	if err != nil {
		return nil, 0, err
	}
	if count == 0 || count > 1000 {
		return nil, 0, fmt.Errorf("%w: a TIFF directory of %d entries", ErrCorrupt, count)
	}
	tags = map[int][]float64{}
	entry := at + int64(countSize)
	for range count {
		tag, err := r.number(entry, 2)
		if err != nil {
			return nil, 0, err
		}
		most := 1
		switch tag {
		case tagStrips, tagStripBytes, tagTiles, tagTileBytes:
			most = len(r.data) // the file's length bounds every list in it
		}
		if tags[int(tag)], err = r.values(entry, valueSize, most); err != nil {
			return nil, 0, err
		}
		entry += entrySize
	}
	place, err := r.number(entry, valueSize)
	return tags, int64(place), err
}

// values reads at most so many values of a directory's entry; none of a kind
// that is no number.
func (r tiffReader) values(entry int64, valueSize, most int) ([]float64, error) {
	kind, err := r.number(entry+2, 2)
	if err != nil {
		return nil, err
	}
	size := map[uint64]int{1: 1, 3: 2, 4: 4, 5: 8, 16: 8}[kind]
	count, err := r.number(entry+4, valueSize)
	if err != nil || size == 0 {
		return nil, err
	}
	if count > uint64(len(r.data)/size) {
		return nil, fmt.Errorf("%w: a TIFF list of %d values", ErrTruncated, count)
	}
	at := entry + 4 + int64(valueSize)
	if count*uint64(size) > uint64(valueSize) {
		place, err := r.number(at, valueSize)
		if err != nil {
			return nil, err
		}
		at = int64(place)
	}
	values := make([]float64, 0, min(most, int(count)))
	for range min(most, int(count)) {
		value, err := r.value(kind, at, size)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
		at += int64(size)
	}
	return values, nil
}

// value reads one number; kind 5 is a fraction.
func (r tiffReader) value(kind uint64, at int64, size int) (float64, error) {
	if kind != 5 {
		number, err := r.number(at, size)
		return float64(number), err
	}
	numerator, err := r.number(at, 4)
	if err != nil {
		return 0, err
	}
	denominator, err := r.number(at+4, 4)
	if err != nil || denominator == 0 {
		return 0, err
	}
	return float64(numerator) / float64(denominator), nil
}

// tiffHeaders walks the chain of directories. A chain that breaks after the
// first page ends with one page that carries the fault, so a lost page is seen.
func tiffHeaders(data []byte) ([]header, error) {
	reader := newTIFFReader(data)
	at, err := reader.first()
	if err != nil {
		return nil, err
	}
	var headers []header
	var seen []int64
	for at != 0 {
		if len(headers) == MaxPages {
			return nil, fmt.Errorf("%w: more than %d", ErrTooManyPages, MaxPages)
		}
		if slices.Contains(seen, at) {
			headers = append(headers, header{fault: fmt.Errorf("%w: the TIFF directories form a ring", ErrCorrupt)})
			break
		}
		seen = append(seen, at)
		tags, next, err := reader.directory(at)
		if err != nil {
			headers = append(headers, header{fault: err})
			break
		}
		headers = append(headers, tiffHeader(reader, at, tags))
		at = next
	}
	if len(headers) == 0 {
		return nil, fmt.Errorf("%w: a TIFF file without pages", ErrCorrupt)
	}
	return headers, nil
}

func tiffHeader(reader tiffReader, at int64, tags map[int][]float64) header {
	head := header{directory: at, width: int(min(first(tags[tagWidth]), 1<<30)), height: int(min(first(tags[tagHeight]), 1<<30))}
	switch unit := first(tags[tagUnit]); unit {
	case 0, 2:
		head.dpi = first(tags[tagXResolution])
	case 3:
		head.dpi = first(tags[tagXResolution]) * 2.54
	}
	places, lengths := tags[tagStrips], tags[tagStripBytes]
	if len(tags[tagTiles]) > 0 {
		places, lengths = tags[tagTiles], tags[tagTileBytes]
	}
	if len(places) == 0 {
		head.fault = fmt.Errorf("%w: a TIFF page without pixels", ErrCorrupt)
	}
	// libtiff would leave white what is missing.
	for i, place := range places {
		end := place
		if i < len(lengths) {
			end += lengths[i]
		}
		if end > float64(len(reader.data)) {
			head.fault = fmt.Errorf("%w: a TIFF page's pixels lie outside the file", ErrTruncated)
		}
	}
	return head
}

// first returns the first of some values, 0 of none.
func first(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	return values[0]
}

// tiffPage returns a copy of the file whose first page is the one whose
// directory lies at the given place; decoders that know one page see just it.
func tiffPage(data []byte, directory int64) []byte {
	reader := newTIFFReader(data)
	copied := bytes.Clone(data)
	at, size := reader.firstPointer()
	if size == 8 {
		reader.order.PutUint64(copied[at:], uint64(directory))
	} else {
		reader.order.PutUint32(copied[at:], uint32(directory))
	}
	return copied
}
