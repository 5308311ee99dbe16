package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"sesshu/scanner"
	"sesshu/scanner/escl"
	"sesshu/scanner/panel"
	"sesshu/scanner/practice"
	"sesshu/scanner/station"
)

// practiceCommand is the training mode. It needs no settings and uses none: its
// spool is a folder of its own that goes with it, its scanner is made of software,
// and there is no service that it could hand anything in to.
type practiceCommand struct {
	At   string        `help:"Address of the practice page; on this computer only. Work goes on beside it." default:"127.0.0.1:8419"`
	Pace time.Duration `help:"Time that one practice sheet takes." default:"700ms"`
}

// practiceName is the station's name in practice.
const practiceName = "practice"

func (c *practiceCommand) Run(ctx context.Context, cli *commands) (err error) {
	if err := checkPage(c.At); err != nil {
		return fmt.Errorf("practice page: %w", err)
	}
	spool, err := os.MkdirTemp("", "sesshu-practice-")
	if err != nil {
		return fmt.Errorf("make the practice's spool: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(spool)) }()
	training, err := practice.New(practice.Config{Pace: c.Pace, Logger: cli.logger})
	if err != nil {
		return err
	}
	var plain net.ListenConfig
	feeder, err := plain.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("open the practice scanner's address: %w", err)
	}
	defer feeder.Close()
	device, err := escl.New(escl.Config{URL: "http://" + feeder.Addr().String() + "/eSCL", JobFile: filepath.Join(spool, "escl-job"), Logger: cli.logger})
	if err != nil {
		return err
	}
	defer device.Close()
	page, err := panel.New(panel.Config{Name: practiceName, Device: device, Practice: training, Logger: cli.logger,
		Settings: scanner.Settings{DPI: practice.Resolution, DoubleFeedDetection: true}})
	if err != nil {
		return err
	}
	counter, err := station.Open(station.Config{Name: practiceName, Dir: spool, Logger: cli.logger,
		Progress: func(event station.Event) { training.Notice(event); page.Notice(event) }})
	if err != nil {
		return err
	}
	defer counter.Close()
	page.Attach(counter)
	listener, err := plain.Listen(ctx, "tcp", c.At)
	if err != nil {
		return fmt.Errorf("open the practice page: %w", err)
	}
	fmt.Fprintf(cli.stdout, "練習の画面 the practice page: http://%s/\n", listener.Addr())
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return page.Run(ctx) })
	group.Go(func() error { return serve(ctx, listener, page) })
	group.Go(func() error { return serve(ctx, feeder, http.Handler(training)) })
	return group.Wait()
}
