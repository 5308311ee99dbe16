package verify

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// checkDiscards proves the law of conservation of paper for what was thrown
// away at a station: the sheets of a discarded batch are nowhere else, and a
// person is on record for them, once.
func checkDiscards(ctx context.Context, tx pgx.Tx, report *Report) error {
	if err := tx.QueryRow(ctx, `
		select count(*), coalesce(sum(sheets), 0) from discards where stored = 0`).Scan(&report.Discarded, &report.DiscardedSheets); err != nil {
		return err
	}
	return checkFindings(discardFindings)(ctx, tx, report)
}

const discardName = `d.station || '/' || d.batch`

var discardFindings = []finding{
	{"batch %s was discarded, yet sheets of it came in", `
		select ` + discardName + ` || ' (' || count(*) || ' stored)' from discards d join sheets s on s.station = d.station and s.batch = d.batch
		where d.stored = 0 group by d.station, d.batch`},
	{"batch %s has lost sheets that were stored when its station discarded the rest", `
		select ` + discardName + ` from discards d left join sheets s on s.station = d.station and s.batch = d.batch
		group by d.station, d.batch, d.stored having count(s.id) < d.stored`},
	{"batch %s was discarded without a name or a reason", `
		select ` + discardName + ` from discards d where btrim(d.person) = '' or btrim(d.reason) = ''`},
	{"batch %s was discarded, but not once in the access log", `
		select ` + discardName + ` from discards d where 1 <> (
			select count(*) from access_log l where l.action = 'discard' and l.object = 'batch:' || d.station || '/' || d.batch)`},
	{"the access log tells of a discarded batch that is not on record: %s", `
		select l.object from access_log l where l.action = 'discard' and not exists (
			select from discards d where l.object = 'batch:' || d.station || '/' || d.batch)`},
}
