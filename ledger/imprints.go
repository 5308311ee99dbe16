package ledger

import (
	"context"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// recordImprint notes what the pages say of the text that the endorser was told
// to print on the sheet. A sheet that it was told to print on has a verdict in
// any case, once it is read.
func recordImprint(ctx context.Context, tx pgx.Tx, sheet int64, pages []slip.PageDecision) error {
	verdict, text := slip.ImprintUnreadable, ""
	if reading := slip.ImprintOf(pages); reading != nil {
		verdict, text = reading.Verdict, reading.Text
	}
	_, err := tx.Exec(ctx, `
		update sheets set imprint_verdict = $2, imprint_read = nullif($3, '') where id = $1 and imprint is not null`,
		sheet, string(verdict), text)
	return err
}

// imprinted is SQL, to be joined laterally: the sheet that the other imprint on a
// sheet was meant for, of the same batch if there is one.
const imprinted = `(
	select f.station, f.batch, f.sequence from sheets f where f.imprint = sheets.imprint_read
	order by (f.station, f.batch) = (sheets.station, sheets.batch) desc, f.station = sheets.station desc, f.id desc limit 1
) imprinted`

// loadImprints returns the imprints of a batch's sheets, by sequence, and whose
// those are that are another sheet's.
func loadImprints(ctx context.Context, from querier, station, batch string) ([]slip.SheetImprint, error) {
	rows, err := from.Query(ctx, `
		select sheets.sequence, sheets.imprint, coalesce(sheets.imprint_verdict, ''), coalesce(sheets.imprint_read, ''),
		       imprinted.*
		from sheets left join lateral `+imprinted+` on true
		where sheets.station = $1 and sheets.batch = $2 and sheets.imprint is not null
		order by sheets.sequence`, station, batch)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (slip.SheetImprint, error) {
		found := slip.SheetImprint{Sheet: slip.SheetID{Station: station, Batch: batch}}
		var of sheetOrNone
		err := row.Scan(&found.Sheet.Sequence, &found.Expected, &found.Verdict, &found.Text, &of.station, &of.batch, &of.sequence)
		found.Of = of.id()
		return found, err
	})
}
