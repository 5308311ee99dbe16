package verify

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// checkSheets counts the sheets by state and compares each state with what is
// on record for the sheet: a sheet waits until pages are recorded, then it is in
// review while one of them waits for a person, else accepted when one of them
// entered, else rejected.
func checkSheets(ctx context.Context, tx pgx.Tx, report *Report) error {
	if err := tx.QueryRow(ctx, `select count(*) from batches`).Scan(&report.Batches); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `
		select s.station || '/' || s.batch || '/' || s.sequence, s.state, case
			when not exists (select from pages p where p.sheet = s.id) then 'waiting'
			when exists (select from review_items i where i.sheet = s.id and i.state = 'waiting') then 'review'
			when exists (select from entries e where e.sheet = s.id) then 'accepted'
			else 'rejected' end
		from sheets s order by s.id`)
	if err != nil {
		return err
	}
	var id, state, follows string
	counts := map[string]*int{
		"waiting": &report.Waiting, "accepted": &report.Accepted, "review": &report.Review, "rejected": &report.Rejected,
	}
	_, err = pgx.ForEachRow(rows, []any{&id, &state, &follows}, func() error {
		report.Sheets++
		if count := counts[state]; count != nil {
			*count++
		} else {
			report.complain("sheet %s has no known state", id)
		}
		if state != follows {
			report.complain("sheet %s is %s, but its pages say %s", id, state, follows)
		}
		return nil
	})
	return err
}

const sheetName = `s.station || '/' || s.batch || '/' || s.sequence`

// pageFindings: each page has exactly one fate, and all that was read from a
// sheet is bound to the sheet's own bytes.
var pageFindings = []finding{
	{"waiting sheet %s has no job that would read it", `
		select ` + sheetName + ` from sheets s where s.state = 'waiting' and not exists (
			select from river_job j where j.kind = 'read_sheet' and j.finalized_at is null
			and j.args ->> 'station' = s.station and j.args ->> 'batch' = s.batch and (j.args ->> 'sequence')::integer = s.sequence)`},
	{"page %s was rejected by the machine, yet it entered or waits", `
		select ` + sheetName + ` || ' page ' || p.page from pages p join sheets s on s.id = p.sheet
		where p.outcome = 'reject' and p.decision -> 'reasons' ->> 0 is distinct from 'same_paper' and (
			exists (select from entries e where e.sheet = p.sheet and e.page = p.page) or
			exists (select from review_items i where i.sheet = p.sheet and i.page = p.page))`},
	{"page %s was not rejected, and neither entered nor went to a person", `
		select ` + sheetName + ` || ' page ' || p.page from pages p join sheets s on s.id = p.sheet
		where p.outcome <> 'reject'
		  and not exists (select from entries e where e.sheet = p.sheet and e.page = p.page)
		  and not exists (select from review_items i where i.sheet = p.sheet and i.page = p.page)`},
	{"page %s entered, but not by the one who had it to decide", `
		select ` + sheetName + ` || ' page ' || e.page from entries e join sheets s on s.id = e.sheet
		left join review_items i on i.sheet = e.sheet and i.page = e.page
		where e.replaces is null and (
			(e.actor_kind = 'machine' and i.id is not null) or
			(e.actor_kind = 'person' and (i.id is null or i.state <> 'confirmed' or i.finished_by <> e.actor_name)))`},
	{"page %s was confirmed and did not enter", `
		select ` + sheetName + ` || ' page ' || i.page from review_items i join sheets s on s.id = i.sheet
		where i.state = 'confirmed' and not exists (select from entries e where e.sheet = i.sheet and e.page = i.page)`},
	{"page %s entered more than once", `
		select ` + sheetName + ` || ' page ' || e.page from entries e join sheets s on s.id = e.sheet
		where e.replaces is null group by s.station, s.batch, s.sequence, e.page having count(*) > 1`},
	{"entry %s is not bound to its sheet's bytes", `
		select e.sequence::text from entries e join sheets s on s.id = e.sheet where e.sha256 <> s.sha256`},
	{"the reading of page %s is not bound to its sheet's bytes", `
		select ` + sheetName + ` || ' page ' || p.page from pages p join sheets s on s.id = p.sheet
		where p.reading ->> 'sha256' is distinct from encode(s.sha256, 'hex')`},
	{"a sheet is on record twice: %s", `
		select ` + sheetName + ` from sheets s group by s.station, s.batch, s.sequence having count(*) > 1`},
}
