package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"sesshu/scanner/panel"
	"sesshu/scanner/station"
)

// pageCommand is the station as operators use it.
type pageCommand struct{}

func (pageCommand) Run(ctx context.Context, cli *commands) error {
	if err := checkPage(cli.Page); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	client, err := cli.client()
	if err != nil {
		return err
	}
	defer client.Close()
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
	page, err := panel.New(panel.Config{Name: cli.Name, Device: device, Settings: settings, Service: client, Logger: cli.logger})
	if err != nil {
		return err
	}
	counter, err := station.Open(station.Config{Name: cli.Name, Dir: cli.Spool, Intake: client, Progress: page.Notice, Logger: cli.logger})
	if err != nil {
		return err
	}
	defer counter.Close()
	page.Attach(counter)
	var plain net.ListenConfig
	listener, err := plain.Listen(ctx, "tcp", cli.Page)
	if err != nil {
		return fmt.Errorf("open the station's page: %w", err)
	}
	fmt.Fprintf(cli.stdout, "取り込み画面 the station's page: http://%s/\n", listener.Addr())
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return counter.Run(ctx) })
	group.Go(func() error { return page.Run(ctx) })
	group.Go(func() error { return serve(ctx, listener, page) })
	return group.Wait()
}

// serve answers the page until the context ends. Pages hang on a stream that
// never ends by itself, so that there is nothing to wait for at the end.
func serve(ctx context.Context, listener net.Listener, page http.Handler) error {
	server := &http.Server{Handler: page, ReadHeaderTimeout: 10 * time.Second}
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stopped()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the station's page: %w", err)
	}
	return nil
}
