package verify_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger"
	"sesshu/ledger/images"
	"sesshu/ledger/postgres/postgrestest"
	"sesshu/ledger/slip"
	"sesshu/ledger/verify"
)

// book is a ledger with something of everything: entries by machine and person,
// a duplicate, a rejected sheet, one that waits.
type book struct {
	owner, service string
	folder         string
	store          *ledger.Store
}

func fill(t *testing.T) book {
	t.Helper()
	var b book
	b.owner, b.service = postgrestest.New(t)
	b.folder = t.TempDir()
	if err := ledger.Migrate(t.Context(), b.owner); err != nil {
		t.Fatal(err)
	}
	store, err := ledger.Open(t.Context(), ledger.Config{
		DatabaseURL: b.service, Images: images.New(b.folder), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	b.store = store
	for sequence, decision := range []slip.Decision{
		decide(slip.Accepted, "0000000001"),
		decide(slip.Accepted, "0000000002"),
		decide(slip.Accepted, "0000000001"), // a duplicate
		decide(slip.NeedsReview, "0000000003"),
		{Outcome: slip.Rejected},
	} {
		sheet := b.handIn(t, sequence+1)
		page := slip.PageDecision{Reading: slip.PageReading{SHA256: sheet.SHA256, Page: 1}, Decision: decision}
		if err := store.RecordPages(t.Context(), sheet, []slip.PageDecision{page}); err != nil {
			t.Fatal(err)
		}
	}
	b.handIn(t, 6)
	discard := slip.Discard{At: time.Now(), Person: "佐藤", Reason: "裏返しだった", Sheets: 4}
	if err := store.DiscardBatch(t.Context(), "station", "thrown", nil, discard); err != nil {
		t.Fatal(err)
	}
	item, err := store.LeaseNext(t.Context(), "sato", 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Confirm(t.Context(), item.ID, item.Version, "sato"); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b book) handIn(t *testing.T, sequence int) slip.Sheet {
	t.Helper()
	image := fmt.Sprint("image ", sequence)
	sheet := slip.Sheet{
		SheetID: slip.SheetID{Station: "station", Batch: "batch", Sequence: sequence},
		SHA256:  slip.HashOf([]byte(image)), MediaType: "image/jpeg", CapturedAt: time.Now(), DPI: 300,
	}
	if _, err := b.store.StoreSheet(t.Context(), sheet, strings.NewReader(image)); err != nil {
		t.Fatal(err)
	}
	return sheet
}

func decide(outcome slip.Outcome, ticket string) slip.Decision {
	fields := map[slip.Value]slip.FieldDecision{}
	for value, text := range map[slip.Value]string{
		slip.MunicipalityCode: "041009", slip.TicketNumber: ticket, slip.Dose: "1", slip.Manufacturer: "武田",
	} {
		fields[value] = slip.FieldDecision{Value: text, Outcome: slip.Accepted, Required: true}
	}
	return slip.Decision{Outcome: outcome, Fields: fields}
}

func (b book) check(t *testing.T) verify.Report {
	t.Helper()
	report, err := verify.Check(t.Context(), b.service, images.New(b.folder))
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestASoundLedgerHasNoProblems(t *testing.T) {
	t.Parallel()
	b := fill(t)
	report := b.check(t)
	if !report.Sound() {
		t.Errorf("problems: %q", report.Problems)
	}
	entries, err := b.store.Entries(t.Context(), 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	report.Problems = nil
	want := verify.Report{
		Batches: 2, Discarded: 1, DiscardedSheets: 4, Sheets: 6, Waiting: 1, Accepted: 3, Review: 1, Rejected: 1, Entries: 3, Images: 6,
		Head: entries[len(entries)-1].Hash,
	}
	if fmt.Sprint(report) != fmt.Sprint(want) {
		t.Errorf("report %+v, want %+v", report, want)
	}
}

// unguard takes away what stops the owner: foreign keys, unique and check
// constraints, and the triggers that keep tables append-only.
const unguard = `
	do $$
	declare it record;
	begin
		for it in select conrelid::regclass as name, conname from pg_constraint
			where connamespace = current_schema()::regnamespace and contype in ('f', 'u', 'c') and conrelid::regclass::text not like 'river%'
		loop
			execute format('alter table %s drop constraint if exists %I cascade', it.name, it.conname);
		end loop;
		alter table entries disable trigger user;
		alter table pages disable trigger user;
		alter table discards disable trigger user;
		alter table access_log disable trigger user;
	end
	$$`

// Every kind of damage is found, though it was done by the database's owner
// with the guards switched off.
func TestEveryDamageIsFound(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]struct{ statement, want string }{
		"a changed value":           {`update entries set fields = jsonb_set(fields, '{manufacturer}', '"x"') where sequence = 2`, "entry 2 does not match its hash"},
		"a changed actor":           {`update entries set actor_name = 'suzuki' where sequence = 3`, "entry 3 does not match its hash"},
		"a lost entry":              {`delete from entries where sequence = 2`, "entry 3 follows entry 1"},
		"a cut chain":               {`update entries set previous = sha256('x') where sequence = 3`, "entry 3 does not continue the chain"},
		"a doubled dose":            {`update entries set fields = (select fields from entries where sequence = 1) where sequence = 2`, "entries 1, 2 stand for one and the same dose"},
		"a doubled routine dose":    {`update entries set fields = '{"municipality_code": "041009", "reference_number": "1", "vaccine": "BCG", "dose": "1"}' where sequence < 3`, "entries 1, 2 stand for one and the same dose"},
		"a dose without a number":   {`update entries set fields = fields - 'ticket_number' where sequence = 2`, "entry 2 does not name its dose"},
		"another's dose":            {`update dose_claims set dose = '2' where entry = 2`, "entry 2 holds a dose that is not its own"},
		"a lost claim":              {`delete from dose_claims where entry = 1`, "entry 1 stands without holding its dose"},
		"a wrong state":             {`update sheets set state = 'rejected' where sequence = 1`, "sheet station/batch/1 is rejected, but its pages say accepted"},
		"a forgotten sheet":         {`delete from river_job`, "waiting sheet station/batch/6 has no job that would read it"},
		"a lost item":               {`delete from review_items where id = 1`, "page station/batch/3 page 1 was not rejected, and neither entered nor went to a person"},
		"a false confirmation":      {`update review_items set state = 'confirmed', finished_by = 'sato', finished_at = now() where id = 1`, "page station/batch/3 page 1 was confirmed and did not enter"},
		"another person":            {`update review_items set finished_by = 'suzuki' where id = 2`, "page station/batch/4 page 1 entered, but not by the one who had it to decide"},
		"swapped bytes":             {`update sheets set sha256 = sha256('x') where sequence = 1`, "entry 1 is not bound to its sheet's bytes"},
		"a swapped reading":         {`update pages set reading = jsonb_set(reading, '{sha256}', '"x"') where sheet = 1`, "the reading of page station/batch/1 page 1 is not bound to its sheet's bytes"},
		"a batch that lacks some":   {`update batches set declared = 7, closed_at = now()`, "batch station/batch (7 declared, 6 stored) was closed with another number of sheets than declared"},
		"a hole in a batch":         {`update sheets set sequence = 9 where sequence = 5; update batches set closed_at = now()`, "batch station/batch was closed with a sheet missing among its numbers"},
		"a batch with too many fed": {`update batches set fed = 7, closed_at = now()`, "batch station/batch (7 fed, 6 stored) was closed with another number of sheets than fed"},
		"nobody's reason":           {`update batches set closed_by = 'sato', closed_at = now()`, "batch station/batch has somebody answer for its counts without a reason, or before it was closed"},
		"nobody's difference":       {`update batches set counts_differ = true, closed_at = now() where batch = 'batch'`, "batch station/batch has somebody answer for its counts without a reason, or before it was closed"},
		"a slip not counted":        {`update sheets set control = 'separator' where sequence = 5`, "sheet station/batch/5 is left out of its batch's count, but its code does not say so"},
		"a false header":            {`update batches set declared = 6, header = 5`, "batch station/batch does not count what its header sheet says"},
		"a copy not flagged":        {`update sheets set sha256 = (select sha256 from sheets where sequence = 1) where sequence = 6`, "sheet station/batch/6 has the very bytes of an earlier one, and is not flagged as a duplicate"},
		"a copy of a copy":          {`update sheets set duplicate = true, same_paper = 6 where sequence = 5`, "sheet station/batch/5 is the same paper as station/batch/6, which does not stand for its paper"},
		"a copy of none":            {`update pages set decision = '{"reasons": ["same_paper"]}' where sheet = 5`, "page station/batch/5 page 1 was rejected as the same paper as none"},
		"a lost entry's copy":       {`update sheets set duplicate = true, same_paper = 3 where sequence = 5; update review_items set state = 'rejected', reason = 'unreadable', finished_by = 'sato', finished_at = now() where sheet = 3`, "sheet station/batch/5 is the same paper as station/batch/3, whose picture a person found unreadable, and nobody was asked about this one"},
		"a sheet of a discard":      {`update discards set batch = 'batch'`, "batch station/batch (6 stored) was discarded, yet sheets of it came in"},
		"a kept sheet that is gone": {`update discards set stored = 2`, "batch station/thrown has lost sheets that were stored when its station discarded the rest"},
		"nobody's discard":          {`update discards set person = ' '`, "batch station/thrown was discarded without a name or a reason"},
		"a discard not audited":     {`delete from access_log where action = 'discard'`, "batch station/thrown was discarded, but not once in the access log"},
		"a discard hidden":          {`delete from discards`, "the access log tells of a discarded batch that is not on record: batch:station/thrown"},
		"a privilege":               {`grant update (page) on entries to sesshu_service`, "the service may change the table entries"},
		"a guard":                   {`alter table access_log disable trigger access_log_append_only`, "the table access_log is not guarded against changes"},
		"a wrong length":            {`update sheets set bytes = 1 where sequence = 2`, "image " + slip.HashOf([]byte("image 2")).String() + " has 7 bytes, its sheet says 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := fill(t)
			owner, err := pgx.Connect(t.Context(), b.owner)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = owner.Close(t.Context()) }()
			for _, statement := range []string{unguard, damage.statement} {
				if _, err := owner.Exec(t.Context(), statement); err != nil {
					t.Fatal(err)
				}
			}
			if report := b.check(t); !slices.Contains(report.Problems, damage.want) {
				t.Errorf("problems %q, want %q among them", report.Problems, damage.want)
			}
		})
	}
}

// Every table that has a guard is looked at, also one that comes to be guarded
// later.
func TestEveryGuardedTableIsLookedAt(t *testing.T) {
	t.Parallel()
	b := fill(t)
	owner, err := pgx.Connect(t.Context(), b.owner)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = owner.Close(t.Context()) }()
	rows, err := owner.Query(t.Context(), `
		select tgrelid::regclass::text from pg_trigger
		where tgfoid = (current_schema() || '.refuse_change')::regproc and tgname = tgrelid::regclass || '_append_only'`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || !slices.Contains(tables, "entries") {
		t.Fatalf("guarded tables %q, %v", tables, err)
	}
	for _, table := range tables {
		if _, err := owner.Exec(t.Context(), "alter table "+table+" disable trigger user; grant delete on "+table+" to sesshu_service"); err != nil {
			t.Fatal(err)
		}
	}
	problems := b.check(t).Problems
	for _, table := range tables {
		for _, want := range []string{"the service may change the table " + table, "the table " + table + " is not guarded against changes"} {
			if !slices.Contains(problems, want) {
				t.Errorf("problems %q, want %q among them", problems, want)
			}
		}
	}
}

func TestLostAndDamagedImagesAreFound(t *testing.T) {
	t.Parallel()
	b := fill(t)
	for sequence, harm := range map[int]func(path string) error{
		1: os.Remove,
		2: func(path string) error {
			if err := os.Remove(path); err != nil {
				return err
			}
			return os.WriteFile(path, []byte("imagE 2"), 0o400)
		},
	} {
		hash := slip.HashOf(fmt.Append(nil, "image ", sequence)).String()
		if err := harm(filepath.Join(b.folder, hash[:2], hash[2:4], hash)); err != nil {
			t.Fatal(err)
		}
	}
	got := b.check(t).Problems
	want := []string{
		"image " + slip.HashOf([]byte("image 1")).String() + " is missing",
		"image " + slip.HashOf([]byte("image 2")).String() + " is damaged",
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("problems %q, want %q", got, want)
	}
}
