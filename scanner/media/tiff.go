package media

import "encoding/binary"

// Tags of TIFF 6.0 that say where the pixels lie.
const (
	tagStripOffsets    = 273
	tagStripByteCounts = 279
	tagTileOffsets     = 324
	tagTileByteCounts  = 325
)

// maxTIFFPages bounds the walk; no feeder holds as many sheets.
const maxTIFFPages = 10_000

// tiffFile is the little of a TIFF that the check needs.
type tiffFile struct {
	data  []byte
	order binary.ByteOrder
	// budget is how many more table values will be read. A real file has fewer
	// than bytes; one whose pages share a huge table is an attack on our time.
	budget int64
}

// checkTIFF follows the chain of directories to its end, and requires of each
// page that all its strips or tiles lie inside the file. Programs that append
// pages write the chain's next link last, so a file that is still growing is
// either caught here or whole as far as it goes.
func checkTIFF(data []byte) error {
	if len(data) < 8 {
		return incomplete("header cut off")
	}
	file := &tiffFile{data: data, order: binary.LittleEndian, budget: int64(len(data))}
	if data[0] == 'M' {
		file.order = binary.BigEndian
	}
	at := int64(file.order.Uint32(data[4:]))
	if at == 0 {
		return incomplete("no page yet")
	}
	seen := map[int64]bool{}
	for page := 1; at != 0; page++ {
		if page > maxTIFFPages || seen[at] {
			return damaged("directory chain does not end")
		}
		seen[at] = true
		next, err := file.checkPage(at, page)
		if err != nil {
			return err
		}
		at = next
	}
	return nil
}

// checkPage checks the directory at a position and returns the next one's.
func (f *tiffFile) checkPage(at int64, page int) (next int64, err error) {
	if at+2 > int64(len(f.data)) {
		return 0, incomplete("directory of page %d lies behind the end", page)
	}
	entries := int64(f.order.Uint16(f.data[at:]))
	end := at + 2 + 12*entries
	if end+4 > int64(len(f.data)) {
		return 0, incomplete("directory of page %d cut off", page)
	}
	var offsets, counts []uint32
	for entry := at + 2; entry < end; entry += 12 {
		if err := f.checkEntry(entry, page); err != nil {
			return 0, err
		}
		switch f.order.Uint16(f.data[entry:]) {
		case tagStripOffsets, tagTileOffsets:
			offsets, err = f.values(entry, page)
		case tagStripByteCounts, tagTileByteCounts:
			counts, err = f.values(entry, page)
		}
		if err != nil {
			return 0, err
		}
	}
	if len(offsets) == 0 || len(offsets) != len(counts) {
		return 0, damaged("page %d has %d strips and %d lengths", page, len(offsets), len(counts))
	}
	for i, offset := range offsets {
		if int64(offset)+int64(counts[i]) > int64(len(f.data)) {
			return 0, incomplete("strip %d of page %d cut off", i+1, page)
		}
	}
	return int64(f.order.Uint32(f.data[end:])), nil
}

// valueSizes are the bytes of one value of each field type (TIFF 6.0, section 2).
var valueSizes = [...]int64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}

// checkEntry requires that what a directory entry points to lies inside the
// file. Types that the standard does not have are left to the reader.
func (f *tiffFile) checkEntry(entry int64, page int) error {
	kind := int(f.order.Uint16(f.data[entry+2:]))
	if kind >= len(valueSizes) {
		return nil
	}
	length := int64(f.order.Uint32(f.data[entry+4:])) * valueSizes[kind]
	if length > 4 && int64(f.order.Uint32(f.data[entry+8:]))+length > int64(len(f.data)) {
		return incomplete("a value of page %d cut off", page)
	}
	return nil
}

// values reads a directory entry that holds SHORT or LONG numbers.
func (f *tiffFile) values(entry int64, page int) ([]uint32, error) {
	kind := f.order.Uint16(f.data[entry+2:])
	count := int64(f.order.Uint32(f.data[entry+4:]))
	size := int64(4)
	switch kind {
	case 3:
		size = 2
	case 4:
	default:
		return nil, damaged("page %d gives strips as type %d", page, kind)
	}
	at := entry + 8
	if count*size > 4 {
		at = int64(f.order.Uint32(f.data[entry+8:]))
	}
	if at+count*size > int64(len(f.data)) {
		return nil, incomplete("strip table of page %d cut off", page)
	}
	if f.budget -= count; f.budget < 0 {
		return nil, damaged("page %d repeats other pages' strips", page)
	}
	numbers := make([]uint32, count)
	for i := range numbers {
		if size == 2 {
			numbers[i] = uint32(f.order.Uint16(f.data[at+2*int64(i):]))
		} else {
			numbers[i] = f.order.Uint32(f.data[at+4*int64(i):])
		}
	}
	return numbers, nil
}
