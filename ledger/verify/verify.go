// Package verify checks a ledger from outside: with its own SQL, its own hash
// and none of the code that writes, so that one mistake cannot hide another. It
// only reads, in one snapshot, and may run while the service works.
package verify

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// ImageStore is where the scanners' own bytes are.
type ImageStore interface {
	Open(ctx context.Context, hash slip.Hash) (io.ReadSeekCloser, error)
}

// Report is what Check found. A sound ledger has no problems.
type Report struct {
	Batches  int `json:"batches"`
	Sheets   int `json:"sheets"`
	Waiting  int `json:"waiting"`
	Accepted int `json:"accepted"`
	Review   int `json:"review"`
	Rejected int `json:"rejected"`
	Entries  int `json:"entries"`
	Images   int `json:"images"` // different ones

	// Batches that were thrown away at their stations before they were handed in,
	// and the sheets that were fed into them. They are not among Sheets.
	Discarded       int `json:"discarded"`
	DiscardedSheets int `json:"discarded_sheets"`

	// Head is the hash of the last entry. Whoever keeps it can tell later
	// whether anything before it was rewritten.
	Head slip.Hash `json:"head"`

	Problems []string `json:"problems"` // ids only, never a value
}

// Sound reports whether nothing is wrong.
func (r Report) Sound() bool { return len(r.Problems) == 0 }

func (r *Report) complain(format string, arguments ...any) {
	r.Problems = append(r.Problems, fmt.Sprintf(format, arguments...))
}

// Check reads the whole ledger. What is wrong with the ledger is in the report;
// an error says that the check itself could not be finished.
func Check(ctx context.Context, databaseURL string, images ImageStore) (report Report, err error) {
	report.Problems = []string{}
	connection, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return report, fmt.Errorf("verify ledger: database: %w", err)
	}
	defer func() { err = errors.Join(err, connection.Close(context.WithoutCancel(ctx))) }()
	snapshot, err := connection.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return report, fmt.Errorf("verify ledger: %w", err)
	}
	defer func() { _ = snapshot.Rollback(context.WithoutCancel(ctx)) }() // nothing was written
	for _, part := range []struct {
		name  string
		check func(context.Context, pgx.Tx, *Report) error
	}{
		{"entries", checkChain},
		{"doses", checkFindings(doseFindings)},
		{"sheets", checkSheets},
		{"pages", checkFindings(pageFindings)},
		{"papers", checkFindings(paperFindings)},
		{"batches", checkFindings(batchFindings)},
		{"discards", checkDiscards},
		{"privileges", checkPrivileges},
		{"images", func(ctx context.Context, tx pgx.Tx, report *Report) error {
			return checkImages(ctx, tx, images, report)
		}},
	} {
		if err := part.check(ctx, snapshot, &report); err != nil {
			return report, fmt.Errorf("verify %s: %w", part.name, err)
		}
	}
	return report, nil
}

// finding is a query for what must not be: each row is an id, put into the
// sentence.
type finding struct{ sentence, query string }

func checkFindings(findings []finding) func(context.Context, pgx.Tx, *Report) error {
	return func(ctx context.Context, tx pgx.Tx, report *Report) error {
		for _, finding := range findings {
			rows, err := tx.Query(ctx, finding.query)
			if err != nil {
				return err
			}
			ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
			if err != nil {
				return err
			}
			for _, id := range ids {
				report.complain(finding.sentence, id)
			}
		}
		return nil
	}
}
