package ledger_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"sesshu/ledger/ledgertest"
	"sesshu/ledger/slip"
)

// BenchmarkStoreSheet takes in sheets of 500 kB, a grey A4 JPEG at 300 dpi.
func BenchmarkStoreSheet(b *testing.B) {
	store := ledgertest.NewStore(b)
	image := make([]byte, 500_000)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(image)
	b.SetBytes(int64(len(image)))
	for sequence := 1; b.Loop(); sequence++ {
		copy(image, fmt.Sprintf("%020d", sequence))
		sheet := scanned(sequence, string(image))
		if _, err := store.StoreSheet(b.Context(), sheet, bytes.NewReader(image)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRecordPages enters certain slips.
func BenchmarkRecordPages(b *testing.B) {
	store := ledgertest.NewStore(b)
	for sequence := 1; b.Loop(); sequence++ {
		b.StopTimer()
		sheet := handIn(b, store, sequence)
		pages := []slip.PageDecision{onPage(sheet, 1, certain(fmt.Sprintf("%010d", sequence)))}
		b.StartTimer()
		if err := store.RecordPages(b.Context(), sheet, pages); err != nil {
			b.Fatal(err)
		}
	}
}
