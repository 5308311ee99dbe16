package real

import (
	"archive/zip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"sesshu/ledger/slip"
)

// LotList is what our rules say of one manufacturer's real lot numbers.
type LotList struct {
	File         string
	Manufacturer string
	N            int
	Known        bool // we know how this manufacturer writes its lots
	Fit          int  // lots that are written so
	Valid        int  // lots that can be lots at all, by length and characters
	Near         int  // lots with another lot of the list one step away
	Pairs        int  // pairs of lots one step apart
}

// NumberList is what a check digit's rule says of a list of real codes.
type NumberList struct {
	Name      string
	Rule      string
	N         int
	Confirmed int
	Otherwise int    // of the others, those that another reading of the rule confirms
	Note      string // what the other reading is
}

const (
	lotFolder          = "vaccine-lots"
	municipalityFolder = "jp-municipalities"
	facilityFolder     = "jp-medical-institutions"
)

// Lots holds the lot numbers of vaccine-lots against the patterns of their
// manufacturers.
func Lots(root fs.FS) (lists []LotList, missing []string, err error) {
	found, err := there(root, lotFolder)
	if err != nil || !found {
		return nil, []string{lotFolder}, err
	}
	files, err := fs.Glob(root, lotFolder+"/*.csv")
	if err != nil {
		return nil, nil, err
	}
	for _, name := range files {
		makers := map[string][]string{}
		var order []string
		err := eachRow(root, name, []string{"manufacturer", "lot"}, func(cells []string) error {
			maker, _ := slip.NormaliseManufacturer(cells[0])
			if makers[maker] == nil {
				order = append(order, maker)
			}
			if !slices.Contains(makers[maker], cells[1]) {
				makers[maker] = append(makers[maker], cells[1])
			}
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
		for _, maker := range order {
			lists = append(lists, lotList(path.Base(name), maker, makers[maker]))
		}
	}
	return lists, nil, nil
}

func lotList(file, maker string, lots []string) LotList {
	list := LotList{File: file, Manufacturer: maker, N: len(lots)}
	for i, lot := range lots {
		fits, known := slip.LotFits(maker, lot)
		list.Known = known
		if fits {
			list.Fit++
		}
		if slip.ValidLot(lot) {
			list.Valid++
		}
		near := false
		for j, other := range lots {
			if i != j && oneStep(lot, other) {
				near = true
				if i < j {
					list.Pairs++
				}
			}
		}
		if near {
			list.Near++
		}
	}
	return list
}

// oneStep reports whether two texts of one length differ in one character, or in
// two neighbours that changed places.
func oneStep(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	var at []int
	for i := range len(a) {
		if a[i] != b[i] {
			at = append(at, i)
		}
	}
	return len(at) == 1 || len(at) == 2 && at[1] == at[0]+1 && a[at[0]] == b[at[1]] && a[at[1]] == b[at[0]]
}

// Numbers holds the codes of municipalities and medical institutions against
// the rules of their check digits.
func Numbers(ctx context.Context, root fs.FS) (lists []NumberList, missing []string, err error) {
	for _, source := range []struct {
		folder string
		count  func(context.Context, fs.FS) (NumberList, error)
	}{{municipalityFolder, municipalities}, {facilityFolder, facilities}} {
		found, err := there(root, source.folder)
		if err != nil {
			return nil, nil, err
		}
		if !found {
			missing = append(missing, source.folder)
			continue
		}
		list, err := source.count(ctx, root)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", source.folder, err)
		}
		lists = append(lists, list)
	}
	return lists, missing, nil
}

func municipalities(ctx context.Context, root fs.FS) (NumberList, error) {
	list := NumberList{Name: "municipality codes", Rule: "weights 6 5 4 3 2, modulo 11"}
	err := eachRow(root, municipalityFolder+"/localgovjp-utf8.csv", []string{"lgcode"}, func(cells []string) error {
		list.N++
		if slip.ValidMunicipalityCode(cells[0]) {
			list.Confirmed++
		}
		return ctx.Err()
	})
	return list, err
}

// The digits of the point tables that a medical institution's code of nine
// digits leaves out.
const (
	medicalTable = "1"
	dentalTable  = "3"
)

// facilities streams the table out of its archive: it is the one large list.
func facilities(ctx context.Context, root fs.FS) (NumberList, error) {
	list := NumberList{Name: "medical institution codes", Rule: "Luhn over prefecture, table 1 and number; without prefecture and table in 11 to 14",
		Note: "as table 3, dental"}
	names, err := fs.Glob(root, facilityFolder+"/*.zip")
	if err != nil || len(names) == 0 {
		return list, errors.Join(err, errors.New("no archive is in it"))
	}
	file, err := root.Open(names[0])
	if err != nil {
		return list, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return list, err
	}
	place, ok := file.(io.ReaderAt)
	if !ok {
		return list, fmt.Errorf("%s cannot be read in places", names[0])
	}
	archive, err := zip.NewReader(place, info.Size())
	if err != nil {
		return list, fmt.Errorf("%s: %w", names[0], err)
	}
	for _, entry := range archive.File {
		if path.Ext(entry.Name) != ".csv" {
			continue
		}
		content, err := entry.Open()
		if err != nil {
			return list, fmt.Errorf("%s: %w", entry.Name, err)
		}
		err = errors.Join(list.facilities(ctx, content), content.Close())
		if err != nil {
			return list, fmt.Errorf("%s: %w", entry.Name, err)
		}
	}
	return list, nil
}

func (l *NumberList) facilities(ctx context.Context, table io.Reader) error {
	rows := csv.NewReader(table)
	rows.ReuseRecord, rows.FieldsPerRecord, rows.LazyQuotes = true, -1, true
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return ctx.Err()
		}
		if err != nil {
			return err
		}
		code := row[0] // prefecture, then seven digits
		if len(code) != 9 {
			return fmt.Errorf("line %d: a code of %d characters", l.N+1, len(code))
		}
		l.N++
		switch {
		case slip.ValidFacilityCode(code[:2] + medicalTable + code[2:]):
			l.Confirmed++
		case slip.ValidFacilityCode(code[:2] + dentalTable + code[2:]):
			l.Otherwise++
		}
	}
}

// eachRow reads a CSV file with a header, which may begin with a byte order mark,
// and hands over the named columns of every row.
func eachRow(root fs.FS, name string, columns []string, act func([]string) error) error {
	file, err := root.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	rows := csv.NewReader(file)
	header, err := rows.Read()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	header[0] = strings.TrimPrefix(header[0], "\ufeff")
	at := make([]int, len(columns))
	for i, column := range columns {
		if at[i] = slices.Index(header, column); at[i] < 0 {
			return fmt.Errorf("%s has no column %s", name, column)
		}
	}
	cells := make([]string, len(columns))
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for i, place := range at {
			cells[i] = row[place]
		}
		if err := act(cells); err != nil {
			return err
		}
	}
}
