package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime"
	"syscall"

	"golang.org/x/sync/errgroup"

	"sesshu/scanner/pin"
)

type serveCommand struct {
	Listen    string `help:"Address of the desk and the API." env:"SESSHU_LISTEN" default:"127.0.0.1:8080"`
	Secure    bool   `help:"The desk is reached over HTTPS (by a proxy in front): mark cookies so." env:"SESSHU_SECURE"`
	Processes int    `help:"Reading processes; by default one per core." env:"SESSHU_PROCESSES"`

	encryption
}

func (c *serveCommand) Run(ctx context.Context, settings *Settings) error {
	return settings.serve(ctx, serveOptions{listen: c.Listen, secure: c.Secure, processes: c.Processes, encryption: c.encryption})
}

type workerCommand struct {
	Processes   int    `help:"Reading processes; by default one per core." env:"SESSHU_PROCESSES"`
	Pipe        bool   `hidden:"" help:"Be one reading process: requests on standard input, answers on descriptor 3."`
	MemoryLimit uint64 `hidden:"" help:"Private memory of one reading process, bytes." default:"2147483648"`
}

func (c *workerCommand) Run(ctx context.Context, settings *Settings) error {
	if c.Pipe {
		return settings.answerReadings(ctx, c.MemoryLimit)
	}
	if settings.DatabaseURL == "" {
		return errors.New("a worker reads for a service on another machine: give --database-url (or DATABASE_URL)")
	}
	return settings.serve(ctx, serveOptions{processes: c.Processes})
}

type serveOptions struct {
	listen     string // empty: no desk
	secure     bool
	processes  int
	encryption encryption
	// ready is called once everything is up, with the desk's address.
	ready func(ctx context.Context, v *service) error
}

// serve runs the service with its database until ctx ends or a part fails. The
// database stops last.
func (s *Settings) serve(ctx context.Context, options serveOptions) (err error) {
	stateDir, err := s.stateDir()
	if err != nil {
		return err
	}
	d, err := s.openDatabase(ctx, stateDir, false)
	if err != nil {
		return err
	}
	defer d.close(s.logger)
	databaseContext, stopDatabase := context.WithCancel(context.WithoutCancel(ctx))
	defer stopDatabase()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return d.run(databaseContext) })
	group.Go(func() error {
		defer stopDatabase()
		store, err := d.openStore(ctx, s.logger)
		if err != nil {
			return err
		}
		defer store.Close()
		var listener net.Listener
		if options.listen != "" {
			if listener, err = s.listen(ctx, stateDir, options); err != nil {
				return err
			}
		}
		v, err := s.newService(store, serviceOptions{ //nolint:contextcheck // the desk asks for pages without a context; newService bounds the time
			stateDir: stateDir, listener: listener, secure: options.secure || options.encryption.on(), processes: options.processes,
			encrypted: options.encryption.on(), stationCertificates: options.encryption.StationCA != "",
		})
		if err != nil {
			return err
		}
		// The service ends when its guest (the demo) does, and the other way round.
		parts, ctx := errgroup.WithContext(ctx)
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		parts.Go(func() error { return v.Run(ctx) })
		if options.ready != nil {
			parts.Go(func() error {
				defer stop()
				return options.ready(ctx, v)
			})
		}
		return parts.Wait()
	})
	if err := group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// listen opens the address of the desk and the API, encrypted when that is asked
// for.
func (s *Settings) listen(ctx context.Context, stateDir string, options serveOptions) (net.Listener, error) {
	encrypted, err := options.encryption.config(stateDir)
	if err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", options.listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("open the desk's address: another program answers at %s already; --listen names another address: %w", options.listen, err)
	}
	if err != nil {
		return nil, fmt.Errorf("open the desk's address: %w", err)
	}
	attributes := []slog.Attr{slog.String("address", listener.Addr().String())}
	if encrypted != nil {
		// What a station pins; it is public.
		attributes = append(attributes, slog.String("public_key", pin.Of(encrypted.Certificates[0].Leaf).String()))
		listener = tls.NewListener(listener, encrypted)
	}
	s.logger.LogAttrs(ctx, slog.LevelInfo, "desk open", attributes...)
	return listener, nil
}

func cores() int { return runtime.NumCPU() }
