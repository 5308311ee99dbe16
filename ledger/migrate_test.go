package ledger_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger"
	"sesshu/ledger/images"
	"sesshu/ledger/ledgertest"
	"sesshu/ledger/migrations"
	"sesshu/ledger/postgres/postgrestest"
	"sesshu/ledger/slip"
)

func TestMigrationsRunAtOnceAndAgain(t *testing.T) {
	t.Parallel()
	first, _ := postgrestest.New(t)
	second, _ := postgrestest.New(t)
	var group sync.WaitGroup
	for range 3 {
		for _, url := range []string{first, second} {
			group.Go(func() {
				if err := ledger.Migrate(t.Context(), url); err != nil {
					t.Error(err)
				}
			})
		}
	}
	group.Wait()
}

func TestAnUnpreparedSchemaIsRefused(t *testing.T) {
	t.Parallel()
	_, url := postgrestest.New(t)
	_, err := ledger.Open(t.Context(), ledger.Config{DatabaseURL: url, Images: images.New(t.TempDir())})
	if !errors.Is(err, ledger.ErrNotMigrated) {
		t.Errorf("open: %v, want ErrNotMigrated", err)
	}
}

// The service may do what it needs and no more; what is written once stays, for
// the owner too.
func TestAppendOnlyIsNotAPromiseButAPrivilege(t *testing.T) {
	t.Parallel()
	ownerURL, serviceURL := postgrestest.New(t)
	if err := ledger.Migrate(t.Context(), ownerURL); err != nil {
		t.Fatal(err)
	}
	store := ledgertest.Open(t, ledger.Config{DatabaseURL: serviceURL, Images: images.New(t.TempDir())})
	accept(t, store, 1, "0000000001")

	service := connect(t, serviceURL)
	for _, statement := range []string{
		"update entries set fields = fields", "delete from entries", "truncate entries cascade",
		"insert into dose_claims values ('041009', '9999999999', '1', 1)", "delete from dose_claims",
		"update pages set reading = reading", "delete from pages", "delete from sheets",
		"update sheets set sha256 = sha256", "delete from review_items", "update answers set text = ''",
		"delete from access_log", "drop table entries", "alter table entries disable trigger all",
		"create table mine (n int)", "delete from accounts", "delete from tokens",
	} {
		if code := refusal(t, service, statement); code != "42501" { // insufficient_privilege
			t.Errorf("service: %s: SQLSTATE %q, want 42501", statement, code)
		}
	}
	owner := connect(t, ownerURL)
	for _, statement := range []string{
		"update entries set page = page", "delete from entries", "truncate entries cascade",
		"delete from pages", "update answers set text = ''", "delete from access_log", "truncate access_log",
	} {
		if code := refusal(t, owner, statement); code != "23001" { // restrict_violation
			t.Errorf("owner: %s: SQLSTATE %q, want 23001", statement, code)
		}
	}
}

func TestTheSchemaItselfRefusesGapsBrokenChainsAndDoubledDoses(t *testing.T) {
	t.Parallel()
	ownerURL, serviceURL := postgrestest.New(t)
	if err := ledger.Migrate(t.Context(), ownerURL); err != nil {
		t.Fatal(err)
	}
	store := ledgertest.Open(t, ledger.Config{DatabaseURL: serviceURL, Images: images.New(t.TempDir())})
	accept(t, store, 1, "0000000001")
	accept(t, store, 2, "0000000002")

	const insert = `insert into entries (sequence, sheet, page, sha256, fields, actor_kind, actor_name, replaces, recorded_at, previous, hash) `
	const another = `fields || '{"ticket_number": "0000000003"}'`
	service := connect(t, serviceURL)
	for name, statement := range map[string]string{
		"a gap":              insert + `select 4, sheet, page, sha256, ` + another + `, 'machine', '', 2, now(), hash, sha256 from entries where sequence = 2`,
		"a broken chain":     insert + `select 3, sheet, page, sha256, ` + another + `, 'machine', '', 2, now(), sha256, sha256 from entries where sequence = 2`,
		"a doubled dose":     insert + `select 3, sheet, page, sha256, fields || '{"ticket_number": "0000000001"}', 'machine', '', 2, now(), hash, sha256 from entries where sequence = 2`,
		"a page twice":       insert + `select 3, sheet, page, sha256, ` + another + `, 'machine', '', null, now(), hash, sha256 from entries where sequence = 2`,
		"no dose":            insert + `select 3, sheet, page, sha256, fields - 'dose', 'machine', '', 2, now(), hash, sha256 from entries where sequence = 2`,
		"a future replaced":  insert + `select 3, sheet, page, sha256, ` + another + `, 'machine', '', 3, now(), hash, sha256 from entries where sequence = 2`,
		"a nameless person":  insert + `select 3, sheet, page, sha256, ` + another + `, 'person', '', 2, now(), hash, sha256 from entries where sequence = 2`,
		"an undecided state": `update sheets set state = 'waiting'`,
	} {
		if code := refusal(t, service, statement); len(code) != 5 || code[:2] != "23" { // integrity constraint violation
			t.Errorf("%s: SQLSTATE %q, want class 23", name, code)
		}
	}
	// And a correction that gives its dose up to another claims the new one.
	correction := insert + `select 3, sheet, page, sha256, ` + another + `, 'person', 'sato', 2, now(), hash, sha256 from entries where sequence = 2`
	if code := refusal(t, service, correction); code != "" {
		t.Errorf("a correction: SQLSTATE %q", code)
	}
	twice := insert + `select 4, sheet, page, sha256, fields || '{"ticket_number": "0000000004"}', 'person', 'sato', 2, now(), hash, sha256 from entries where sequence = 3`
	if code := refusal(t, service, twice); code != "23505" {
		t.Errorf("a second correction of one entry: SQLSTATE %q, want 23505", code)
	}
	freed := accept(t, store, 3, "0000000002") // its entry was corrected away
	if freed.Accepted != 3 {
		t.Errorf("the dose that a correction freed was not accepted: %+v", freed)
	}
}

// What an older program left is brought to what this one writes: sheets with the
// bytes of an earlier one were not flagged, and a name was kept only with counts
// that disagreed.
func TestWhatAnOlderProgramLeftIsBroughtUp(t *testing.T) {
	t.Parallel()
	ownerURL, serviceURL := postgrestest.New(t)
	if err := ledger.Migrate(t.Context(), ownerURL); err != nil {
		t.Fatal(err)
	}
	config := ledger.Config{DatabaseURL: serviceURL, Images: images.New(t.TempDir())}
	store := ledgertest.Open(t, config)
	for sequence := 1; sequence <= 3; sequence++ {
		if _, err := store.StoreSheet(t.Context(), scanned(sequence, "the same"), strings.NewReader("the same")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := store.CloseBatch(t.Context(), "station", "batch", slip.Closing{Fed: number(4), Person: "Suzuki", Reason: "one went back"}); err != nil {
		t.Fatal(err)
	}
	owner := connect(t, ownerURL)
	statements := []string{`update sheets set duplicate = false`, `alter table batches drop column counts_differ`}
	for _, file := range []string{"00012_same_bytes.sql", "00013_closing_reason_kept.sql"} {
		content, err := migrations.Files.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		statements = append(statements, string(content))
	}
	for _, statement := range statements {
		if _, err := owner.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	if count, err := store.Batch(t.Context(), "station", "batch"); err != nil || count.Duplicates != 2 || !count.CountsDiffer {
		t.Errorf("batch %+v, %v", count, err)
	}
	sound(t, config)
}

func connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close(t.Context()) })
	return connection
}
