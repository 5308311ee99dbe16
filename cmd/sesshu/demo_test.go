package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/postgres/postgrestest"
)

// TestDemoKeepsToItself starts a demo where somebody's real database is named,
// and a second demo while the first one's stack is settled and its desk open.
// Neither the database nor the first demo may come to harm.
func TestDemoKeepsToItself(t *testing.T) {
	real, _ := postgrestest.New(t)
	t.Setenv("DATABASE_URL", real)
	state := t.TempDir()
	first := startProgram(t, state, "demo")
	// The station's token is written once the demo's registers are loaded.
	token := filepath.Join(state, "demo", "token")
	for deadline := time.Now().Add(5 * time.Minute); !exists(token); {
		if first.endedWithin(100*time.Millisecond) || time.Now().After(deadline) {
			t.Fatalf("no demo runs:\n%s", first.stderr.String())
		}
	}
	// As the first demo itself does when its last sheet is decided.
	if err := os.WriteFile(filepath.Join(state, "demo", finishedMark), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	second := startProgram(t, state, "demo", "--once")
	if status := second.wait(); status != 1 || !strings.Contains(second.stderr.String(), "--state-dir") {
		t.Errorf("second demo ended with status %d:\n%s", status, second.stderr.String())
	}
	if !exists(token) || first.endedWithin(0) {
		t.Errorf("the first demo is gone:\n%s", first.stderr.String())
	}
	if tables := tablesIn(t, real); tables != 0 {
		t.Errorf("the demo made %d tables in a database that is not its own", tables)
	}
	if said := first.stderr.String(); strings.Count(said, "DATABASE_URL is ignored") != 1 || strings.Contains(said, real) {
		t.Errorf("standard error says: %s", said)
	}
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// tablesIn counts the tables of the schema that a URL names.
func tablesIn(t *testing.T, databaseURL string) (tables int) {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close(t.Context())
	err = connection.QueryRow(t.Context(), `select count(*) from information_schema.tables where table_schema = current_schema()`).Scan(&tables)
	if err != nil {
		t.Fatal(err)
	}
	return tables
}
