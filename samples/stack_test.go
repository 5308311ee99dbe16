package samples_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/truth"
	"sesshu/samples"
)

func TestStackHoldsHonestTrouble(t *testing.T) {
	dir := t.TempDir()
	sheets, err := samples.Stack(t.Context(), samples.StackConfig{Out: dir, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(sheets) != samples.StackFeeds || len(readTruth(t, dir)) != samples.StackFeeds {
		t.Fatalf("%d sheets, %d in the file", len(sheets), len(readTruth(t, dir)))
	}
	counts := map[truth.Expect]int{}
	for _, sheet := range sheets {
		counts[sheet.Expect]++
	}
	if counts[truth.Accept] != 36 || counts[truth.Reject] != 2 || counts[truth.Review] != 3 {
		t.Errorf("the stack holds %v", counts)
	}
	first, last := sheets[0], sheets[len(sheets)-1]
	if first.Expect != truth.Accept || last.Expect != truth.Review || first.Fields[slip.TicketNumber] != last.Fields[slip.TicketNumber] {
		t.Errorf("the last sheet is not the first again")
	}
	one, err := os.ReadFile(filepath.Join(dir, first.File))
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile(filepath.Join(dir, last.File))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one, other) {
		t.Error("the sheet that is fed twice has other bytes the second time")
	}
	tickets := readTable(t, dir, "tickets.csv", "ticket_number")
	states := map[string]int{}
	for _, sheet := range sheets {
		if number := sheet.Fields[slip.TicketNumber]; number != "" {
			states[tickets[number]["status"]]++
		}
	}
	if states[slip.TicketIssued] != 37 || states[slip.TicketUsed] != 1 || states[""] != 1 {
		t.Errorf("tickets of the stack by state: %v", states)
	}
}
