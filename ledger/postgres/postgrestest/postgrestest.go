// Package postgrestest gives tests a real PostgreSQL: one private server a test
// binary, started with the first test that asks, and a fresh schema a test, so
// that tests may run in parallel.
//
// The server does not synchronise its writes: a test binary's database need not
// survive the machine, only its processes.
package postgrestest

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/postgres"
)

// New makes an empty schema that only this test uses and returns the URLs that
// reach it as the owning role and as the role of the service. Migrations have
// not been run. A test whose server does not start fails.
func New(t testing.TB) (ownerURL, serviceURL string) {
	t.Helper()
	server, err := shared()
	if err != nil {
		t.Fatalf("start PostgreSQL for tests: %v", err)
	}
	schema := fmt.Sprintf("test_%d_%d", os.Getpid(), schemas.Add(1))
	administer(t, server.OwnerURL(), "create schema "+schema)
	t.Cleanup(func() { administer(t, server.OwnerURL(), "drop schema "+schema+" cascade") })
	return in(server.OwnerURL(), schema), in(server.ServiceURL(), schema)
}

var schemas atomic.Int64

func in(database, schema string) string {
	return database + "&search_path=" + url.QueryEscape(schema)
}

func administer(t testing.TB, ownerURL, statement string) {
	t.Helper()
	ctx := context.Background()
	connection, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		t.Errorf("connect as owner: %v", err)
		return
	}
	defer func() { _ = connection.Close(ctx) }()
	if _, err := connection.Exec(ctx, statement); err != nil {
		t.Errorf("%s: %v", statement, err)
	}
}

// testServer is the binary's server.
type testServer struct {
	*postgres.Server

	// life is the write end of a pipe that nobody writes to. It closes when
	// the test binary ends, however it ends; a shell waits for that at the
	// other end, stops the server and removes its folder. Test binaries have
	// no hook of their own for their end.
	life *os.File
}

// shared starts the server once.
var shared = sync.OnceValues(func() (*testServer, error) {
	folder, err := os.MkdirTemp("", "sesshu-test-")
	if err != nil {
		return nil, err
	}
	life, err := cleanAfter(folder)
	if err != nil {
		return nil, err
	}
	server, err := postgres.Start(context.Background(), postgres.Config{
		Dir:    folder,
		Logger: slog.New(slog.DiscardHandler),
		Settings: map[string]string{
			"fsync":              "off",
			"synchronous_commit": "off",
			"full_page_writes":   "off",
			"max_connections":    "200",
			"shared_buffers":     "64MB",
		},
	})
	if err != nil {
		return nil, err
	}
	return &testServer{server, life}, nil
})

// cleanAfter starts the shell and returns the pipe's end that keeps it waiting.
func cleanAfter(folder string) (life *os.File, err error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	const script = `
		read never
		if pid=$(head -n 1 "$1/data/postmaster.pid"); then
			kill -QUIT "$pid"
			while kill -0 "$pid"; do sleep 0.1; done
		fi
		rm -rf "$1"`
	cleaner := exec.CommandContext(context.Background(), "/bin/sh", "-c", strings.TrimSpace(script), "sh", folder)
	cleaner.Stdin = read
	cleaner.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cleaner.Start(); err != nil {
		return nil, err
	}
	return write, read.Close()
}
