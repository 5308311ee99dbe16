package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"sesshu/ledger/images"
	"sesshu/ledger/ledgertest"
	"sesshu/ledger/slip"
)

// TestLostImagesAreNotBegunAnew opens a ledger that holds a sheet over an image
// folder where nothing is mounted, and an empty ledger over an empty folder.
func TestLostImagesAreNotBegunAnew(t *testing.T) {
	store := ledgertest.NewStore(t)
	put := func() error {
		originals := images.New(t.TempDir())
		if err := expectImages(t.Context(), store, originals); err != nil {
			return err
		}
		return originals.Put(t.Context(), slip.HashOf(nil), strings.NewReader(""))
	}
	if err := put(); err != nil {
		t.Errorf("an empty ledger's first image: %v", err)
	}
	sheet := slip.Sheet{
		SheetID: slip.SheetID{Station: "counter", Batch: "morning", Sequence: 1},
		SHA256:  slip.HashOf([]byte("image")), MediaType: "image/jpeg", CapturedAt: time.Now().UTC(), DPI: 300,
	}
	if _, err := store.StoreSheet(t.Context(), sheet, strings.NewReader("image")); err != nil {
		t.Fatal(err)
	}
	if err := put(); !errors.Is(err, images.ErrAway) {
		t.Errorf("the store of a ledger that holds a sheet is gone: %v, want ErrAway", err)
	}
}
