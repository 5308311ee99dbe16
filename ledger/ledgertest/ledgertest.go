// Package ledgertest gives tests a ledger of their own: real PostgreSQL, a fresh
// schema, images in a temporary folder.
package ledgertest

import (
	"log/slog"
	"testing"

	"sesshu/ledger"
	"sesshu/ledger/images"
	"sesshu/ledger/postgres/postgrestest"
)

// NewStore opens an empty ledger that only this test uses, and closes it at the
// test's end.
func NewStore(t testing.TB) *ledger.Store {
	t.Helper()
	return Open(t, Prepare(t))
}

// Prepare makes an empty ledger and returns how to open it, for tests that
// change the configuration or open the ledger more than once.
func Prepare(t testing.TB) ledger.Config {
	t.Helper()
	ownerURL, serviceURL := postgrestest.New(t)
	if err := ledger.Migrate(t.Context(), ownerURL); err != nil {
		t.Fatal(err)
	}
	return ledger.Config{
		DatabaseURL: serviceURL,
		Images:      images.New(t.TempDir()),
		Logger:      slog.New(slog.DiscardHandler),
	}
}

// Open opens a ledger and closes it at the test's end.
func Open(t testing.TB, config ledger.Config) *ledger.Store {
	t.Helper()
	store, err := ledger.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	return store
}
