// Command sesshu-station is the scanning station alone: it feeds sheets from a
// scanner into a crash-safe spool, hands them in to the service, and serves its
// own page to the computer beside the scanner. It needs no C library and runs
// wherever Go does.
//
// Without a command it serves the page. What it must know stands in a small
// file, see configuration.go; every setting can be a flag as well.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"sesshu/scanner"
	"sesshu/scanner/station"
)

// commands are the flags and commands. The flags that stand in the
// configuration file have the keys of keys().
type commands struct {
	Config kong.ConfigFlag `help:"Configuration file; by default sesshu-station.conf here or beside the program." placeholder:"FILE"`

	Name        string `help:"This station's name, as the service knows it." env:"SESSHU_STATION"`
	Server      string `help:"The service's address." env:"SESSHU_SERVER" placeholder:"https://…"`
	ServerPin   string `help:"The service's public key, as it prints it when it starts." placeholder:"KEY"`
	Certificate string `help:"The station's certificate, where the service wants one." placeholder:"FILE"`
	Key         string `help:"The certificate's private key." placeholder:"FILE"`
	Token       string `help:"The station's token, from: sesshu user token NAME --for station." env:"SESSHU_TOKEN"`
	Spool       string `help:"Folder for sheets that are not handed in yet." env:"SESSHU_SPOOL" type:"path"`
	Device      string `help:"escl:http://ADDRESS/eSCL, sane:NAME or folder:PATH; see sesshu-station discover." env:"SESSHU_DEVICE"`
	DevicePin   string `help:"The scanner's public key, for escl:https://…" placeholder:"KEY"`
	DPI         int    `help:"Resolution." default:"300"`
	Duplex      bool   `help:"Scan both sides."`
	Endorse     bool   `help:"Print station, batch and a running number on every sheet, where the scanner has an endorser."`
	DropOut     string `help:"Colour of the form's print, which is not to be seen: none, red, green or blue." default:"none"`
	Black       bool   `name:"black-backing" help:"Black behind the paper, where the scanner can."`
	SANEOptions string `name:"sane-options" help:"Further options of a SANE scanner: NAME=VALUE; NAME=VALUE" placeholder:"OPTIONS"`
	Page        string `help:"Address of the station's page; on this computer only." default:"127.0.0.1:8418"`

	Run      pageCommand     `cmd:"" default:"1" help:"Serve the station's page, feed what it asks for and hand in."`
	Scan     scanCommand     `cmd:"" help:"Feed one stack, hand it in and close the batch."`
	HandIn   handInCommand   `cmd:"" name:"hand-in" help:"Hand in what lies in the spool, for as long as it takes."`
	Status   statusCommand   `cmd:"" help:"Say what lies in the spool."`
	Discover discoverCommand `cmd:"" help:"List the scanners that can be reached from here."`
	Practice practiceCommand `cmd:"" help:"Practise with a virtual scanner and practice sheets; nothing is handed in."`

	stdout, stderr io.Writer
	logger         *slog.Logger
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run is main without the process; it returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	cli := commands{stdout: stdout, stderr: stderr,
		logger: slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	parser, err := kong.New(&cli, kong.Name("sesshu-station"),
		kong.Description("The scanning station: scanner to spool, spool to service.\nスキャナーからスプール、スプールから台帳サービスへ。"),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Writers(stdout, stderr), kong.Configuration(loadConfiguration, defaultFiles()...))
	if err != nil {
		fmt.Fprintln(stderr, "sesshu-station:", err)
		return 1
	}
	parsed, err := parser.Parse(args)
	if err == nil {
		err = parsed.Run(&cli)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		complain(stderr, err)
		return 1
	}
	return 0
}

// complain says what went wrong, and what to do about it where that is known.
func complain(stderr io.Writer, err error) {
	fmt.Fprintln(stderr, "sesshu-station:", err)
	title, steps := station.Words(err, 0)
	if title == scanner.Unknown.Title() {
		return
	}
	for _, line := range []string{title.Japanese, steps.Japanese, title.English, steps.English} {
		fmt.Fprintln(stderr, line)
	}
}
