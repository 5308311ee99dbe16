package postgres_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"sesshu/ledger/postgres"
)

// holderDir, in the environment, makes this test binary hold a database there
// until it is killed.
const holderDir = "SESSHU_TEST_HOLDER_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(holderDir); dir != "" {
		server, err := postgres.Start(context.Background(), config(dir))
		if err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		fmt.Println("ready", server.ServiceURL())
		select {}
	}
	goleak.VerifyTestMain(m)
}

func config(dir string) postgres.Config {
	return postgres.Config{Dir: dir, Logger: slog.New(slog.DiscardHandler)}
}

func start(t *testing.T, dir string) *postgres.Server {
	t.Helper()
	server, err := postgres.Start(t.Context(), config(dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeServer(t, server) })
	return server
}

func closeServer(t *testing.T, server *postgres.Server) {
	t.Helper()
	if err := server.Close(); err != nil {
		t.Error(err)
	}
}

func query(t *testing.T, url, statement string) string {
	t.Helper()
	answer, err := ask(t.Context(), url, statement)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return answer
}

// ask runs a statement and returns the last row's first column.
func ask(ctx context.Context, url, statement string) (string, error) {
	connection, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", err
	}
	defer func() { _ = connection.Close(ctx) }()
	results, err := connection.PgConn().Exec(ctx, statement).ReadAll()
	if err != nil {
		return "", err
	}
	answer := ""
	for _, result := range results {
		for _, row := range result.Rows {
			answer = string(row[0])
		}
	}
	return answer, nil
}

// serverPID reads whom to kill.
func serverPID(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func TestANewDatabaseIsPrivateAndChecked(t *testing.T) {
	t.Parallel()
	server := start(t, t.TempDir())
	for statement, want := range map[string]string{
		"show data_checksums":                             "on",
		"show listen_addresses":                           "",
		"select session_user":                             postgres.ServiceRole,
		"select count(*) from pg_roles where rolsuper":    "1", // the one nobody can log in as
		"select current_database()":                       postgres.Database,
		"show server_encoding":                            "UTF8",
		"select has_schema_privilege('public', 'create')": "f",
	} {
		if got := query(t, server.ServiceURL(), statement); got != want {
			t.Errorf("%s = %q, want %q", statement, got, want)
		}
	}
	if got := query(t, server.OwnerURL(), "select session_user"); got != postgres.OwnerRole {
		t.Errorf("owner URL connects as %q", got)
	}
	superuser := strings.Replace(server.OwnerURL(), "user="+postgres.OwnerRole, "user=postgres", 1)
	if _, err := ask(t.Context(), superuser, "select 1"); err == nil {
		t.Error("the superuser could log in")
	}
}

func TestDataOutlivesACleanStop(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server := start(t, dir)
	query(t, server.OwnerURL(), "create table kept as select 42 as answer")
	closeServer(t, server)
	closeServer(t, server) // twice is once
	if _, err := os.Stat(filepath.Join(dir, "data", "postmaster.pid")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after a clean stop the server's pid file is there: %v", err)
	}
	server = start(t, dir)
	if got := query(t, server.OwnerURL(), "select answer from kept"); got != "42" {
		t.Errorf("kept %q", got)
	}
	log, err := os.ReadFile(filepath.Join(dir, "postgres.log"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(log), "not properly shut down") {
		t.Error("the stop was not clean")
	}
}

func TestADirectoryHasOneHolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server := start(t, dir)
	if _, err := postgres.Start(t.Context(), config(dir)); !errors.Is(err, postgres.ErrInUse) {
		t.Errorf("second holder: %v, want ErrInUse", err)
	}
	visitor, err := postgres.Attach(t.Context(), config(dir))
	if err != nil {
		t.Fatal(err)
	}
	closeServer(t, visitor)
	if got := query(t, server.ServiceURL(), "select 1"); got != "1" {
		t.Error("closing a visitor stopped the server")
	}
	closeServer(t, server)
	if _, err := postgres.Attach(t.Context(), config(dir)); !errors.Is(err, postgres.ErrNotRunning) {
		t.Errorf("visiting a stopped server: %v, want ErrNotRunning", err)
	}
}

// TestADirectoryThatNobodyMayWriteIn takes the kernel's own folder, in which not
// even root can make another.
func TestADirectoryThatNobodyMayWriteIn(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"/sys", "/sys/sesshu", "/sys/sesshu/postgres"} {
		server, err := postgres.Start(t.Context(), config(dir))
		if !errors.Is(err, postgres.ErrNotWritable) || !strings.Contains(err.Error(), "/sys") {
			t.Errorf("%s: %v, want ErrNotWritable and the directory's name", dir, err)
		}
		if err == nil {
			closeServer(t, server)
		}
	}
}

func TestAKilledServerComesBackWithItsData(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server := start(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	query(t, server.OwnerURL(), "create table counted (n int)")
	for round := 1; round <= 3; round++ {
		query(t, server.OwnerURL(), fmt.Sprintf("insert into counted values (%d)", round))
		if err := syscall.Kill(serverPID(t, dir), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		for {
			got, err := ask(t.Context(), server.OwnerURL(), "select count(*) from counted")
			if err == nil {
				if got != strconv.Itoa(round) {
					t.Fatalf("round %d: %s rows", round, got)
				}
				break
			}
			if t.Context().Err() != nil {
				t.Fatal(err)
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "data", "postmaster.pid")); !errors.Is(err, os.ErrNotExist) {
		t.Error("Run left the server running")
	}
}

func TestAKilledHoldersServerIsAdopted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	holder := exec.Command(os.Args[0])
	holder.Env = append(os.Environ(), holderDir+"="+dir)
	output, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if word, _, _ := strings.Cut(line, " "); err != nil || word != "ready" {
		t.Fatalf("holder says %q: %v", line, err)
	}
	before := serverPID(t, dir)
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = holder.Wait() // killed
	server := start(t, dir)
	if after := serverPID(t, dir); after != before {
		t.Errorf("server %d was not adopted: %d runs", before, after)
	}
	if got := query(t, server.ServiceURL(), "select 1"); got != "1" {
		t.Errorf("adopted server answers %q", got)
	}
	closeServer(t, server)
	if _, err := os.Stat(filepath.Join(dir, "data", "postmaster.pid")); !errors.Is(err, os.ErrNotExist) {
		t.Error("an adopted server is not stopped by Close")
	}
}

func TestAnInterruptedBirthIsBegunAnew(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	half := filepath.Join(dir, "data.new", "base")
	if err := os.MkdirAll(half, 0o700); err != nil {
		t.Fatal(err)
	}
	server := start(t, dir)
	if got := query(t, server.ServiceURL(), "select 1"); got != "1" {
		t.Errorf("answers %q", got)
	}
}

func TestADirectoryTooDeepForASocket(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), strings.Repeat("deep/", 30))
	server := start(t, dir)
	if got := query(t, server.ServiceURL(), "select 1"); got != "1" {
		t.Errorf("answers %q", got)
	}
}

func TestAForeignProcessWithTheOldNumberIsNoServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	closeServer(t, start(t, dir))
	pidFile := filepath.Join(dir, "data", "postmaster.pid")
	if err := os.WriteFile(pidFile, fmt.Appendf(nil, "%d\n/proc/self/fd/3\n", os.Getppid()), 0o600); err != nil {
		t.Fatal(err)
	}
	server := start(t, dir)
	if got := query(t, server.ServiceURL(), "select 1"); got != "1" {
		t.Errorf("answers %q", got)
	}
}

func TestTheServersLogQuotesNoValue(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server := start(t, dir)
	query(t, server.OwnerURL(), "create table said (text text primary key)")
	for _, statement := range []string{
		"insert into said values ('SECRET'), ('SECRET')",
		"select 'SECRET'::integer",
		"do $$ begin raise warning 'SECRET'; end $$",
		"select 'SECRET' from nowhere",
	} {
		_, _ = ask(t.Context(), server.OwnerURL(), statement) // most of them fail
	}
	log, err := os.ReadFile(filepath.Join(dir, "postgres.log"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(log), "SECRET") {
		t.Errorf("the log quotes what was written:\n%s", log)
	}
}
