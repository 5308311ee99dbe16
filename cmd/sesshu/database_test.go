package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/images"
	"sesshu/ledger/ledgertest"
	"sesshu/ledger/postgres/postgrestest"
	"sesshu/ledger/slip"
)

// TestTheServiceNeedsNoRightToMigrate gives a program nothing but the service's
// login: it says what is missing until another login has migrated, and works
// then.
func TestTheServiceNeedsNoRightToMigrate(t *testing.T) {
	owner, service := postgrestest.New(t)
	administrator, err := pgx.Connect(t.Context(), owner)
	if err != nil {
		t.Fatal(err)
	}
	defer administrator.Close(context.WithoutCancel(t.Context()))
	var schema string
	if err := administrator.QueryRow(t.Context(), "select current_schema()").Scan(&schema); err != nil {
		t.Fatal(err)
	}
	// As every login has it on the schema public.
	if _, err := administrator.Exec(t.Context(), "grant usage on schema "+schema+" to sesshu_service"); err != nil {
		t.Fatal(err)
	}
	state := t.TempDir()
	t.Setenv("DATABASE_URL", service)
	p := startProgram(t, state, "verify")
	if status := p.wait(); status != 1 || !strings.Contains(p.stderr.String(), "`sesshu migrate`") {
		t.Errorf("before: status %d: %s", status, p.stderr.String())
	}
	t.Setenv("DATABASE_URL", owner)
	command(t, state, "migrate")
	t.Setenv("DATABASE_URL", service)
	command(t, state, "verify")
	command(t, state, "user", "token", "counter", "--for", "station")
}

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
