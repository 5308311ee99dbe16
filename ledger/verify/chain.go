package verify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// row is an entry as it lies in the database.
type row struct {
	Sequence      int64
	Station       string
	Batch         string
	SheetSequence int
	SHA256        []byte
	Page          int
	Fields        []byte
	ActorKind     string
	ActorName     string
	Replaces      int64
	RecordedAt    time.Time
	Previous      []byte
	Hash          []byte
}

// checkChain walks the entries from the first and computes every hash anew.
func checkChain(ctx context.Context, tx pgx.Tx, report *Report) error {
	rows, err := tx.Query(ctx, `
		select e.sequence, s.station, s.batch, s.sequence, e.sha256, e.page, e.fields,
		       e.actor_kind, e.actor_name, coalesce(e.replaces, 0), e.recorded_at, e.previous, e.hash
		from entries e join sheets s on s.id = e.sheet order by e.sequence`)
	if err != nil {
		return err
	}
	defer rows.Close()
	expected := int64(1)
	previous := make([]byte, sha256.Size)
	for rows.Next() {
		entry, err := pgx.RowToStructByPos[row](rows)
		if err != nil {
			return err
		}
		report.Entries++
		if entry.Sequence != expected {
			report.complain("entry %d follows entry %d", entry.Sequence, expected-1)
		}
		if !slices.Equal(entry.Previous, previous) {
			report.complain("entry %d does not continue the chain", entry.Sequence)
		}
		digest, err := entry.digest()
		if err != nil {
			report.complain("entry %d has values that cannot be read", entry.Sequence)
		} else if !slices.Equal(entry.Hash, digest) {
			report.complain("entry %d does not match its hash", entry.Sequence)
		}
		expected, previous = entry.Sequence+1, entry.Hash
	}
	report.Head = slip.Hash(previous)
	return rows.Err()
}

// digest is the rule of slip.EntryHash, written a second time from its words.
func (r row) digest() ([]byte, error) {
	values := map[string]string{}
	if err := json.Unmarshal(r.Fields, &values); err != nil {
		return nil, err
	}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)

	sum := sha256.New()
	netstrings(sum, "sesshu entry 1", fmt.Sprint(r.Sequence), r.Station, r.Batch, fmt.Sprint(r.SheetSequence),
		hex.EncodeToString(r.SHA256), fmt.Sprint(r.Page), fmt.Sprint(len(names)))
	for _, name := range names {
		netstrings(sum, name, values[name])
	}
	at := r.RecordedAt.UTC()
	netstrings(sum, r.ActorKind, r.ActorName, fmt.Sprint(r.Replaces),
		fmt.Sprintf("%sT%s.%06dZ", at.Format("2006-01-02"), at.Format("15:04:05"), at.Nanosecond()/1000),
		hex.EncodeToString(r.Previous))
	return sum.Sum(nil), nil
}

// netstrings writes texts with their lengths. A hash never fails to take them.
func netstrings(to hash.Hash, texts ...string) {
	for _, text := range texts {
		_, _ = fmt.Fprintf(to, "%d:%s,", len(text), text)
	}
}

// names is SQL: the names by which entries call their doses, taken from the values
// and not from the columns made of them. A ticket number names a dose with the
// dose's number alone, a reference number with the vaccination too.
const names = `(
	select sequence, fields ->> 'municipality_code' as municipality, fields ->> 'ticket_number' as ticket, '' as reference,
	       '' as vaccine, fields ->> 'dose' as dose
	from entries where fields ? 'ticket_number'
	union all
	select sequence, fields ->> 'municipality_code', '', fields ->> 'reference_number',
	       coalesce(fields ->> 'vaccine', ''), fields ->> 'dose'
	from entries where fields ? 'reference_number'
)`

// claimed is SQL: claim c is of name n.
const claimed = `c.entry = n.sequence and c.municipality_code = n.municipality and c.ticket_number = n.ticket
	and c.reference_number = n.reference and c.vaccine = n.vaccine and c.dose = n.dose`

// doseFindings: no dose twice, and the claims are exactly the names of the
// entries that stand.
var doseFindings = []finding{
	{"entries %s stand for one and the same dose", `
		select string_agg(sequence::text, ', ' order by sequence) from ` + names + ` n
		where not exists (select from entries later where later.replaces = n.sequence)
		group by municipality, ticket, reference, vaccine, dose having count(*) > 1`},
	{"entry %s does not name its dose", `
		select e.sequence::text from entries e where not exists (
			select from ` + names + ` n where n.sequence = e.sequence and n.municipality <> '' and n.dose <> '' and n.ticket || n.reference <> '')`},
	{"entry %s stands without holding its dose", `
		select distinct n.sequence::text from ` + names + ` n
		where not exists (select from entries later where later.replaces = n.sequence)
		  and not exists (select from dose_claims c where ` + claimed + `)`},
	{"entry %s holds a dose that is not its own", `
		select distinct c.entry::text from dose_claims c where not exists (select from ` + names + ` n where ` + claimed + `)`},
	{"entry %s holds a dose and was replaced", `
		select c.entry::text from dose_claims c join entries later on later.replaces = c.entry`},
	{"entry %s is replaced more than once", `
		select replaces::text from entries where replaces is not null group by replaces having count(*) > 1`},
	{"entry %s replaces one that is not before it", `
		select e.sequence::text from entries e
		where replaces is not null and not exists (select from entries f where f.sequence = e.replaces and f.sequence < e.sequence)`},
}
