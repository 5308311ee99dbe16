package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"sesshu/ledger/images"
	"sesshu/ledger/verify"
)

type verifyCommand struct {
	JSON bool `help:"Print one JSON object."`
}

func (c *verifyCommand) Run(ctx context.Context, settings *Settings) error {
	stateDir, err := settings.stateDir()
	if err != nil {
		return err
	}
	d, err := settings.openDatabase(ctx, stateDir, true)
	if err != nil {
		return err
	}
	defer d.close(settings.logger)
	report, err := verify.Check(ctx, d.serviceURL, images.New(d.imagesFolder))
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	if c.JSON {
		if err := json.NewEncoder(settings.stdout).Encode(report); err != nil {
			return fmt.Errorf("print the report: %w", err)
		}
	} else {
		writeVerification(settings.stdout, report)
	}
	if !report.Sound() {
		return errQuiet
	}
	return nil
}

func writeVerification(w io.Writer, report verify.Report) {
	fmt.Fprintf(w, "sheets %d, batches %d: accepted %d, in review %d, rejected %d, waiting to be read %d\n",
		report.Sheets, report.Batches, report.Accepted, report.Review, report.Rejected, report.Waiting)
	fmt.Fprintf(w, "entries %d, head %s; images %d\n", report.Entries, report.Head, report.Images)
	if report.Discarded > 0 {
		fmt.Fprintf(w, "discarded at their stations before they were handed in, each with a name and a reason: batches %d, sheets %d\n",
			report.Discarded, report.DiscardedSheets)
	}
	for _, problem := range report.Problems {
		fmt.Fprintln(w, "PROBLEM / 異常:", problem)
	}
	if report.Sound() {
		fmt.Fprintln(w, "The ledger is whole. / 台帳に異常はありません。")
	}
}
