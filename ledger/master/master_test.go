package master_test

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/text/encoding/japanese"

	"sesshu/ledger/master"
	"sesshu/ledger/slip"
)

const (
	tickets = "ticket_number,municipality_code,ticket_type,dose,birth_date,name_kana,status\n" +
		"0000000001,041009,2,1,1960-01-02,ミホン タロウ,issued\n" +
		"0000000001,041009,2,2,1960-01-02,ミホン タロウ,issued\n" +
		"0000000002,011002,2,1,,ミホン ハナコ,invalid\n"
	lots       = "manufacturer,product,lot_number,first_shipped\nファイザー,コミナティ,EY5422,2021-05-30\n武田/モデルナ,,3004667,\n"
	facilities = "facility_code,name\n0418010146,見本病院\n9123456789,見本診療所\n"
)

func folder(tickets, lots, facilities string) fstest.MapFS {
	return fstest.MapFS{
		master.TicketsFile:    {Data: []byte(tickets)},
		master.LotsFile:       {Data: []byte(lots)},
		master.FacilitiesFile: {Data: []byte(facilities)},
	}
}

func TestLoad(t *testing.T) {
	shiftJIS, err := japanese.ShiftJIS.NewEncoder().String(lots)
	if err != nil {
		t.Fatal(err)
	}
	for name, dir := range map[string]fstest.MapFS{
		"utf-8":     folder(tickets, lots, facilities),
		"with mark": folder("\ufeff"+tickets, "\ufeff"+lots, facilities),
		"shift_jis": folder(tickets, shiftJIS, facilities),
		"crlf":      folder(strings.ReplaceAll(tickets, "\n", "\r\n"), lots, facilities),
	} {
		t.Run(name, func(t *testing.T) {
			masters, err := master.Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			ctx := context.Background()
			if codes, _ := masters.Municipalities(ctx); !slices.Equal(codes, []string{"011002", "041009"}) {
				t.Errorf("municipalities are %v", codes)
			}
			if rows, _ := masters.Tickets(ctx, "041009", []string{"0000000009", "0000000001", "0000000002"}); len(rows) != 2 || rows[1].Dose != "2" {
				t.Errorf("tickets of 041009 are %v", rows)
			}
			all, _ := masters.Lots(ctx)
			if len(all) != 2 || all[0].Manufacturer != "ファイザー" || all[0].FirstShipped != "2021-05-30" {
				t.Errorf("lots are %v", all)
			}
			if rows, _ := masters.Facilities(ctx, []string{"9123456789", "0000000000"}); len(rows) != 1 || rows[0].Name != "見本診療所" {
				t.Errorf("facilities are %v", rows)
			}
		})
	}
}

// Cells as people write them come back in normal form.
func TestCellsAreNormalised(t *testing.T) {
	rows, err := master.Parse("t.csv", []byte("status,name_kana,birth_date,dose,ticket_type,municipality_code,ticket_number\n使用済,ミホン,昭和35年5月17日,１,2,041009,００００１２３４５６\n"))
	want := slip.Ticket{MunicipalityCode: "041009", TicketNumber: "0000123456", TicketType: "2", Dose: "1", BirthDate: "1960-05-17", NameKana: "ミホン", Status: slip.TicketUsed}
	if err != nil || len(rows.Tickets) != 1 || rows.Tickets[0] != want {
		t.Errorf("the row is %+v (%v)", rows.Tickets, err)
	}
	rows, err = master.Parse("l.csv", []byte("manufacturer,product,lot_number,first_shipped\nファイザー,,ey5422,2021/5/30\n"))
	if err != nil || len(rows.Lots) != 1 || rows.Lots[0].LotNumber != "EY5422" || rows.Lots[0].FirstShipped != "2021-05-30" {
		t.Errorf("the row is %+v (%v)", rows.Lots, err)
	}
}

func TestEmptyMastersAnswer(t *testing.T) {
	headers := func(text string) string { return text[:strings.IndexByte(text, '\n')+1] }
	masters, err := master.Load(folder(headers(tickets), headers(lots), headers(facilities)))
	if err != nil {
		t.Fatal(err)
	}
	for _, masters := range []*master.Masters{masters, {}} {
		rows, err := masters.Tickets(context.Background(), "041009", []string{"0000000001"})
		if err != nil || len(rows) != 0 {
			t.Errorf("an empty register answers %v, %v", rows, err)
		}
	}
}

// Every fault names the file, the line and the column, and never what stands
// in the cell.
func TestFaultsNameTheirPlace(t *testing.T) {
	row := "1234567890,041009,2,1,1960-01-02,ミホン,issued\n"
	header := tickets[:strings.IndexByte(tickets, '\n')+1]
	for name, example := range map[string]struct{ file, content, want string }{
		"empty":             {"t.csv", "", "t.csv: is empty"},
		"no header":         {"t.csv", row, "t.csv:1: the columns are those of no master"},
		"missing column":    {"t.csv", "ticket_number,municipality_code\n", "t.csv:1: ticket_type: the column is missing"},
		"extra column":      {"t.csv", "facility_code,name,phone\n", "t.csv:1: phone: is no column"},
		"doubled column":    {"t.csv", "facility_code,name,name\n", "t.csv:1: name: the column stands twice"},
		"short row":         {"t.csv", header + row + "1,2\n", "t.csv:3: has more or fewer cells"},
		"lost zeros":        {"t.csv", header + strings.Replace(row, "1234567890", "34567890", 1), "t.csv:2: ticket_number: must be 10 digits"},
		"municipality":      {"t.csv", header + strings.Replace(row, "041009", "041008", 1), "t.csv:2: municipality_code: the check digit"},
		"birth date":        {"t.csv", header + strings.Replace(row, "1960-01-02", "60/1/2", 1), "t.csv:2: birth_date: is neither"},
		"status":            {"t.csv", header + strings.Replace(row, "issued", "ok", 1), "t.csv:2: status: is none of issued, used, invalid"},
		"key":               {"t.csv", header + row + row, "t.csv:3: municipality_code + ticket_number + dose: stands in line 2"},
		"torn quote":        {"t.csv", header + "\"1234567890,041009\n", "t.csv:"},
		"lot":               {"l.csv", "manufacturer,product,lot_number,first_shipped\nファイザー,,不明,\n", "l.csv:2: lot_number: a lot number has"},
		"lot without maker": {"l.csv", "manufacturer,product,lot_number,first_shipped\n,,EY5422,\n", "l.csv:2: manufacturer: is empty"},
		"facility":          {"f.csv", "facility_code,name\n0418010147,見本\n", "f.csv:2: facility_code: the check digit"},
		"utf-16":            {"f.csv", "\xff\xfef\x00", "f.csv: is UTF-16"},
		"binary":            {"f.csv", "facility_code,name\n\xff\xff\x81\x00\n", "f.csv: is neither UTF-8 nor Shift_JIS"},
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := master.Parse(example.file, []byte(example.content))
			if err == nil || !strings.Contains(err.Error(), example.want) {
				t.Fatalf("the error is %v, want %q", err, example.want)
			}
			if strings.Contains(err.Error(), "567890") || !reflect.DeepEqual(rows, master.Rows{}) {
				t.Errorf("the error shows a cell, or rows came back: %v", err)
			}
			var fault *master.Fault
			if !errors.As(err, &fault) {
				t.Error("the error is no *Fault")
			}
		})
	}
}

func TestLoadNamesEveryBadFile(t *testing.T) {
	dir := folder(lots, "x", facilities)
	delete(dir, master.FacilitiesFile)
	_, err := master.Load(dir)
	for _, want := range []string{"tickets.csv:1: holds the columns of lots.csv", "lots.csv:1:", "facilities.csv"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
}

func TestManyFaultsAreCutOff(t *testing.T) {
	content := "facility_code,name\n" + strings.Repeat("1,\n", 1000)
	_, err := master.Parse("f.csv", []byte(content))
	if lines := strings.Count(err.Error(), "\n"); lines > 50 {
		t.Errorf("the error has %d lines", lines)
	}
}

func TestNewRefusesDoubledKeys(t *testing.T) {
	ticket := slip.Ticket{MunicipalityCode: "041009", TicketNumber: "0000000001", TicketType: "2", Dose: "1"}
	for _, rows := range []master.Rows{
		{Tickets: []slip.Ticket{ticket, ticket}},
		{Lots: []slip.Lot{{Manufacturer: "a", LotNumber: "EY5422"}, {Manufacturer: "a", LotNumber: "EY5422"}}},
		{Facilities: []slip.Facility{{FacilityCode: "0418010146"}, {FacilityCode: "0418010146"}}},
	} {
		if _, err := master.New(rows); err == nil {
			t.Errorf("%v was taken", rows)
		}
	}
}

// What was parsed and written parses to the same rows.
func FuzzParse(f *testing.F) {
	for _, text := range []string{tickets, lots, facilities, "\ufeff" + lots, "facility_code,name\n\"04180\n", "name,facility_code\n\"a\nb\",0418010146\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		rows, err := master.Parse("fuzz.csv", content)
		if err != nil {
			return
		}
		if _, err := master.New(rows); err != nil {
			t.Fatalf("parsed rows are refused: %v", err)
		}
		for _, write := range []func(*bytes.Buffer) error{
			func(b *bytes.Buffer) error { return master.WriteTickets(b, rows.Tickets) },
			func(b *bytes.Buffer) error { return master.WriteLots(b, rows.Lots) },
			func(b *bytes.Buffer) error { return master.WriteFacilities(b, rows.Facilities) },
		} {
			var buffer bytes.Buffer
			if err := write(&buffer); err != nil {
				t.Fatal(err)
			}
			again, err := master.Parse("again.csv", buffer.Bytes())
			if err != nil {
				t.Fatalf("what was written does not parse: %v", err)
			}
			if len(again.Tickets) > 0 && !reflect.DeepEqual(again.Tickets, rows.Tickets) ||
				len(again.Lots) > 0 && !reflect.DeepEqual(again.Lots, rows.Lots) ||
				len(again.Facilities) > 0 && !reflect.DeepEqual(again.Facilities, rows.Facilities) {
				t.Fatal("rows changed on the way through a file")
			}
		}
	})
}
