package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"sesshu/ledger"
	"sesshu/ledger/master"
)

type masterCommand struct {
	Load masterLoadCommand `cmd:"" help:"Load CSV files. A row replaces the one with the same key; nothing else is touched."`
}

type masterLoadCommand struct {
	Files []string `arg:"" name:"file" help:"Files of issued tickets, lots or medical institutions; the header tells which." type:"existingfile"`
}

func (c *masterLoadCommand) Run(ctx context.Context, settings *Settings) error {
	rows, err := parseMasters(c.Files)
	if err != nil {
		return err
	}
	return settings.withStore(ctx, func(store *ledger.Store) error {
		if err := loadMasters(ctx, store, rows); err != nil {
			return err
		}
		fmt.Fprintf(settings.stdout, "loaded %d tickets, %d lots, %d medical institutions\n", len(rows.Tickets), len(rows.Lots), len(rows.Facilities))
		return nil
	})
}

// parseMasters reads and checks every file, so that a fault in the last one
// leaves the ledger as it was.
func parseMasters(files []string) (master.Rows, error) {
	var all master.Rows
	var faults []error
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			faults = append(faults, fmt.Errorf("read master: %w", err))
			continue
		}
		rows, err := master.Parse(file, content)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		all.Tickets = append(all.Tickets, rows.Tickets...)
		all.Lots = append(all.Lots, rows.Lots...)
		all.Facilities = append(all.Facilities, rows.Facilities...)
	}
	return all, errors.Join(faults...)
}

func loadMasters(ctx context.Context, store *ledger.Store, rows master.Rows) error {
	if len(rows.Tickets) > 0 {
		if err := store.ReplaceTickets(ctx, rows.Tickets); err != nil {
			return fmt.Errorf("load tickets: %w", err)
		}
	}
	if len(rows.Lots) > 0 {
		if err := store.ReplaceLots(ctx, rows.Lots); err != nil {
			return fmt.Errorf("load lots: %w", err)
		}
	}
	if len(rows.Facilities) > 0 {
		if err := store.ReplaceFacilities(ctx, rows.Facilities); err != nil {
			return fmt.Errorf("load medical institutions: %w", err)
		}
	}
	return nil
}
