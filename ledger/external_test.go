package ledger_test

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger"
	"sesshu/ledger/images"
	"sesshu/ledger/postgres"
)

// external starts a server as an administrator would set one up: with logins
// and a database of the house's own, and no roles of Sesshu's.
func external(t *testing.T, statements ...string) (url func(user string) string) {
	t.Helper()
	dir := t.TempDir()
	server, err := postgres.Start(t.Context(), postgres.Config{Dir: dir, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	url = func(user string) string {
		database := "postgres"
		if user != "postgres" {
			database = "house"
		}
		return strings.NewReplacer("user="+postgres.ServiceRole, "user="+user, "///"+postgres.Database, "///"+database).Replace(server.ServiceURL())
	}
	if err := os.WriteFile(filepath.Join(dir, "data", "pg_hba.conf"), []byte("local all all trust\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	signal(t, dir, syscall.SIGHUP)
	var administrator *pgx.Conn
	for administrator == nil { // until the signal has been heard
		administrator, _ = pgx.Connect(t.Context(), url("postgres"))
	}
	defer func() { _ = administrator.Close(t.Context()) }()
	for _, statement := range append([]string{
		"drop database sesshu with (force)", "drop role sesshu_owner", "drop role sesshu_service",
	}, statements...) {
		if _, err := administrator.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	return url
}

// signal waits for a process to signal: a connection may answer for a while after
// the server behind it was killed, and the next one has not written its number yet.
func signal(t *testing.T, dir string, signal syscall.Signal) {
	t.Helper()
	var err error
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		var text []byte
		if text, err = os.ReadFile(filepath.Join(dir, "data", "postmaster.pid")); err != nil {
			continue
		}
		first, _, _ := strings.Cut(string(text), "\n")
		var pid int
		if pid, err = strconv.Atoi(first); err != nil {
			continue
		}
		if err = syscall.Kill(pid, signal); err == nil {
			return
		}
	}
	t.Fatal(err)
}

func TestOneLoginForEverythingStillWorksAsTheService(t *testing.T) {
	t.Parallel()
	url := external(t, "create role house login createrole", "create database house owner house")("house")
	for range 2 {
		if err := ledger.Migrate(t.Context(), url); err != nil {
			t.Fatal(err)
		}
	}
	store, err := ledger.Open(t.Context(), ledger.Config{DatabaseURL: url, Images: images.New(t.TempDir())})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if got := accept(t, store, 1, "0000000001"); got.Accepted != 1 {
		t.Errorf("totals %+v", got)
	}
	var owner string
	if err := connect(t, url).QueryRow(t.Context(), `select tableowner from pg_tables where tablename = 'entries'`).Scan(&owner); err != nil || owner != "sesshu_owner" {
		t.Errorf("entries belong to %q, %v", owner, err)
	}
	reading(t, store, "worker", acceptAll(store)) // the queue's own connections too
	handIn(t, store, 2)
	if got := await(t, store); got.Accepted != 2 {
		t.Errorf("totals %+v", got)
	}
}

func TestALoginThatMayNotMakeRolesIsToldWhatToDo(t *testing.T) {
	t.Parallel()
	url := external(t, "create role house login", "create database house owner house")
	err := ledger.Migrate(t.Context(), url("house"))
	if !errors.Is(err, ledger.ErrMissingRole) || !strings.Contains(err.Error(), "create role sesshu_owner") {
		t.Errorf("migrate: %v", err)
	}
	// An administrator does it, and the same login may go on.
	administrator := connect(t, url("postgres"))
	for _, statement := range []string{
		"create role sesshu_owner", "create role sesshu_service", "grant sesshu_owner, sesshu_service to house",
	} {
		if _, err := administrator.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := ledger.Migrate(t.Context(), url("house")); err != nil {
		t.Error(err)
	}
}
