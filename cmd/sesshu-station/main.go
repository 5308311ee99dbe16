// Command sesshu-station is the scanning station alone: it feeds sheets from a
// scanner into a crash-safe spool and hands them in to the service. It needs no
// C library and runs wherever Go does.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/sync/errgroup"

	"sesshu/scanner"
	"sesshu/scanner/escl"
	"sesshu/scanner/folder"
	"sesshu/scanner/handin"
	"sesshu/scanner/sane"
	"sesshu/scanner/station"
)

type commands struct {
	Name   string `help:"This station's name, as the service knows it." env:"SESSHU_STATION"`
	Server string `help:"The service's address." env:"SESSHU_SERVER" placeholder:"https://…"`
	Token  string `help:"The station's token, from: sesshu user token NAME --for station." env:"SESSHU_TOKEN"`
	Spool  string `help:"Folder for sheets that are not handed in yet." env:"SESSHU_SPOOL" type:"path"`

	Scan   scanCommand   `cmd:"" help:"Feed one stack, hand it in and close the batch."`
	HandIn handInCommand `cmd:"" name:"hand-in" help:"Hand in what lies in the spool, for as long as it takes."`
	Status statusCommand `cmd:"" help:"Say what lies in the spool."`

	Discover discoverCommand `cmd:"" help:"List the scanners that can be reached from here."`

	stdout, stderr io.Writer
	logger         *slog.Logger
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx)
	stop()
	os.Exit(status)
}

// run is main without the process; it returns the exit status.
func run(ctx context.Context) int {
	var cli commands
	parsed := kong.Parse(&cli, kong.Name("sesshu-station"),
		kong.Description("The scanning station: scanner to spool, spool to service.\nスキャナーからスプール、スプールから台帳サービスへ。"),
		kong.BindTo(ctx, (*context.Context)(nil)))
	cli.stdout, cli.stderr = os.Stdout, os.Stderr
	cli.logger = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if err := parsed.Run(&cli); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "sesshu-station:", err)
		return 1
	}
	return 0
}

type scanCommand struct {
	Device   string `help:"escl:http://ADDRESS/eSCL, sane:NAME (see scanimage -L) or folder:PATH." required:"" env:"SESSHU_DEVICE"`
	Batch    string `help:"Name of the batch; by default the time."`
	Declared int    `help:"Sheets in the stack, counted by hand; 0 when unknown."`
	DPI      int    `help:"Resolution." default:"300"`
	Duplex   bool   `help:"Scan both sides."`
}

func (c *scanCommand) Run(ctx context.Context, cli *commands) error {
	device, err := c.device(cli)
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
		report, err := counter.Scan(ctx, device, scanner.Settings{DPI: c.DPI, Duplex: c.Duplex, DoubleFeedDetection: true}, c.Batch, declared)
		fmt.Fprintf(cli.stdout, "%s: %d sheets safely in\n%s\n%s\n%s\n%s\n", c.Batch, report.Safe,
			report.Title.Japanese, report.Steps.Japanese, report.Title.English, report.Steps.English)
		if err != nil {
			return err
		}
		if !report.Complete() {
			return fmt.Errorf("batch %s stays open: scan again with --batch %s", c.Batch, c.Batch)
		}
		if err := counter.CloseBatch(c.Batch, station.Closing{At: time.Now()}); err != nil {
			return err
		}
		return counter.Settled(ctx)
	})
}

// device opens the scanner that an address names.
func (c *scanCommand) device(cli *commands) (scanner.Device, error) {
	kind, address, _ := strings.Cut(c.Device, ":")
	switch kind {
	case "escl":
		if _, err := url.Parse(address); err != nil {
			return nil, fmt.Errorf("device %q: %w", c.Device, err)
		}
		return escl.New(escl.Config{URL: address, JobFile: filepath.Join(cli.Spool, "escl-job"), Logger: cli.logger})
	case "sane":
		return sane.New(sane.Config{Device: address, Logger: cli.logger})
	case "folder":
		return folder.New(folder.Config{Dir: address, Logger: cli.logger}), nil
	}
	return nil, fmt.Errorf("device %q is not of the form escl:…, sane:… or folder:…", c.Device)
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
		fmt.Fprintf(cli.stdout, "%s: %d safely in, %d handed in, closed %v\n", batch.Name, batch.Safe, batch.HandedIn, batch.ClosedAt != nil)
	}
	fmt.Fprintf(cli.stdout, "%d sheets wait in the spool\n", counter.Waiting())
	return nil
}

// require returns an error that names the first missing flag of the pairs of
// flag and value. Not every command needs every flag.
func (c *commands) require(pairs ...string) error {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			return fmt.Errorf("--%s is missing", pairs[i])
		}
	}
	return nil
}

// withStation runs act while the station hands in in the background.
func (c *commands) withStation(ctx context.Context, act func(context.Context, *station.Station) error) error {
	if err := c.require("name", c.Name, "server", c.Server, "token", c.Token, "spool", c.Spool); err != nil {
		return err
	}
	client, err := handin.New(handin.Config{URL: c.Server, Token: c.Token})
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
