package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"golang.org/x/sync/errgroup"

	"sesshu/scanner/handin"
	"sesshu/scanner/station"
)

// scanCommand feeds without the page, for scripts.
type scanCommand struct {
	Batch    string `help:"Name of the batch; by default the time."`
	Declared int    `help:"Sheets in the stack, counted by hand; 0 when unknown."`
}

func (c *scanCommand) Run(ctx context.Context, cli *commands) error {
	if err := cli.require("device", cli.Device); err != nil {
		return err
	}
	settings, err := cli.settings()
	if err != nil {
		return err
	}
	device, err := cli.openDevice()
	if err != nil {
		return err
	}
	if closer, ok := device.(io.Closer); ok {
		defer closer.Close()
	}
	if c.Batch == "" {
		c.Batch = time.Now().Format("20060102-150405")
	}
	var declared *int
	if c.Declared > 0 {
		declared = &c.Declared
	}
	return cli.withStation(ctx, func(ctx context.Context, counter *station.Station) error {
		report, err := counter.Scan(ctx, device, settings, c.Batch, declared)
		fmt.Fprintf(cli.stdout, "%s: %d sheets safely in\n%s\n%s\n%s\n%s\n", c.Batch, report.Safe,
			report.Title.Japanese, report.Steps.Japanese, report.Title.English, report.Steps.English)
		if err != nil {
			return err
		}
		if !report.Complete() && !report.Undecided {
			return fmt.Errorf("batch %s stays open: scan again with --batch %s, or close it on the station's page", c.Batch, c.Batch)
		}
		if err := counter.CloseBatch(c.Batch, station.Closing{At: time.Now()}); err != nil {
			return err
		}
		if err := counter.Settled(ctx); err != nil {
			return err
		}
		for _, batch := range counter.Batches() {
			if batch.Name == c.Batch && batch.Disagreement != nil {
				fmt.Fprintf(cli.stdout, "%s\n%s\n", batch.Disagreement.Japanese, batch.Disagreement.English)
				return fmt.Errorf("batch %s stays open: scan again with --batch %s, or close it on the station's page", c.Batch, c.Batch)
			}
		}
		return nil
	})
}

type handInCommand struct{}

func (handInCommand) Run(ctx context.Context, cli *commands) error {
	return cli.withStation(ctx, func(ctx context.Context, counter *station.Station) error {
		return counter.Settled(ctx)
	})
}

type statusCommand struct{}

func (statusCommand) Run(cli *commands) error {
	if err := cli.require("name", cli.Name, "spool", cli.Spool); err != nil {
		return err
	}
	counter, err := station.Open(station.Config{Name: cli.Name, Dir: cli.Spool, Logger: cli.logger})
	if err != nil {
		return err
	}
	defer counter.Close()
	for _, batch := range counter.Batches() {
		fmt.Fprintf(cli.stdout, "%s: %d safely in, %d handed in, closed %v", batch.Name, batch.Safe, batch.HandedIn, batch.ClosedAt != nil)
		switch {
		case batch.Discarded != nil:
			fmt.Fprintf(cli.stdout, ", discarded by %s: %s", batch.Discarded.Person, batch.Discarded.Reason)
		case batch.Held:
			fmt.Fprint(cli.stdout, ", held until somebody has looked at it")
		}
		fmt.Fprintln(cli.stdout)
	}
	fmt.Fprintf(cli.stdout, "%d sheets wait in the spool\n", counter.Waiting())
	return nil
}

// client opens the line to the service.
func (c *commands) client() (*handin.Client, error) {
	if err := c.require("name", c.Name, "server", c.Server, "token", c.Token, "spool", c.Spool); err != nil {
		return nil, err
	}
	return handin.New(handin.Config{URL: c.Server, Token: c.Token, ServerPin: c.ServerPin, Certificate: c.Certificate, Key: c.Key})
}

// withStation runs act while the station hands in in the background.
func (c *commands) withStation(ctx context.Context, act func(context.Context, *station.Station) error) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	defer client.Close()
	counter, err := station.Open(station.Config{Name: c.Name, Dir: c.Spool, Intake: client, Logger: c.logger})
	if err != nil {
		return err
	}
	defer counter.Close()
	group, ctx := errgroup.WithContext(ctx)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	group.Go(func() error { return counter.Run(ctx) })
	group.Go(func() error {
		defer stop()
		return act(ctx, counter)
	})
	return group.Wait()
}
