// Command sesshu turns paper vaccination slips into ledger entries. It is every
// role of the system in one program: see `sesshu --help`.
//
// This package is wiring only: flags in, exit code out. What is done is done in
// the rooms: scanner, ocr, review, ledger, samples.
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
)

// commands is the command line. The order is the order of the help.
type commands struct {
	Settings `group:"Flags of every command:"`

	Demo      demoCommand      `cmd:"" help:"Show the whole path on this machine: virtual scanner, reading, review desk, ledger."`
	Serve     serveCommand     `cmd:"" help:"Run the service: intake, reading, review desk, ledger and feed."`
	Worker    workerCommand    `cmd:"" help:"Read sheets on another machine, from the same PostgreSQL and image store."`
	Read      readCommand      `cmd:"" help:"Read image files and say what they hold. Needs no database."`
	Explain   explainCommand   `cmd:"" help:"Write a page that shows what every reader saw on a sheet, and why each value was accepted or asked."`
	Bench     benchCommand     `cmd:"" help:"Read a labelled set of slips and report accuracy and speed."`
	Calibrate calibrateCommand `cmd:"" help:"Choose from which probability each value is accepted, on labelled slips, and say what that promises."`
	Accuracy  accuracyCommand  `cmd:"" help:"Draw evaluation sets, measure the reading on them beside simpler ways, and write the result down."`
	Real      realCommand      `cmd:"" help:"Run the readers on collections of real things that nobody here drew, and write down what they show."`
	Samples   samplesCommand   `cmd:"" help:"Draw sample slips of fictional people, with their truth."`
	Batch     batchCommand     `cmd:"" help:"Print the header sheets of batches, and separators."`
	Master    masterCommand    `cmd:"" help:"Load the registers: issued tickets, lots, medical institutions."`
	User      userCommand      `cmd:"" help:"Manage personal accounts and access tokens."`
	Migrate   migrateCommand   `cmd:"" help:"Bring the database up to this version, where the service's own login may not."`
	Verify    verifyCommand    `cmd:"" help:"Prove the ledger: counts, chain, constraints, images."`
	Version   versionCommand   `cmd:"" help:"Print the version of the program and its readers."`
}

// errQuiet ends the program with status 1 after the command has said why.
var errQuiet = errors.New("")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run is main without the process: arguments in, exit status out.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var cli commands
	exit := -1
	parser, err := kong.New(&cli,
		kong.Name("sesshu"),
		kong.Description("Sesshu takes paper vaccination slips from the scanner to the ledger.\n"+
			"紙の予診票を、スキャナーから台帳まで。"),
		kong.Writers(stdout, stderr),
		kong.Exit(func(status int) { exit = status }),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		fmt.Fprintln(stderr, "sesshu:", err)
		return 2
	}
	command, err := parser.Parse(args)
	if exit >= 0 { // --help has printed and wants to leave
		return exit
	}
	if err != nil {
		return misunderstood(parser, args, err, stderr)
	}
	cli.stdout, cli.stderr = stdout, stderr
	cli.logger = cli.newLogger(stderr, command.Command())
	slog.SetDefault(cli.logger)
	switch err := command.Run(&cli.Settings); {
	case err == nil:
		return 0
	case errors.Is(err, errQuiet):
		return 1
	default:
		fmt.Fprintln(stderr, "sesshu:", err)
		return 1
	}
}

// misunderstood says why a command line makes no sense and where help is: the
// commands at once for one who named none.
func misunderstood(parser *kong.Kong, args []string, err error, stderr io.Writer) int {
	fmt.Fprintln(stderr, "sesshu:", err)
	var parsing *kong.ParseError
	if !errors.As(err, &parsing) {
		return 2
	}
	if len(args) == 0 {
		parser.Stdout = stderr
		if err := parsing.Context.PrintUsage(false); err != nil {
			fmt.Fprintln(stderr, "sesshu:", err)
		}
		return 2
	}
	name := "sesshu"
	if node := parsing.Context.Selected(); node != nil {
		name += " " + node.Path()
	}
	fmt.Fprintf(stderr, "`%s --help` says more / 使い方は `%[1]s --help`\n", name)
	return 2
}
