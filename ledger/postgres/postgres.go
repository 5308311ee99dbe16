// Package postgres runs a private PostgreSQL out of the distribution's own
// binaries, so that Sesshu needs no database to be set up first.
//
// The server listens on a socket in a private folder only, keeps checksums of
// its pages, and lets in one operating system user: the one that started it,
// as the roles sesshu_owner and sesshu_service (peer authentication). Started
// as root it drops to the user postgres, or else nobody, because PostgreSQL
// refuses root.
//
// The folder Config.Dir belongs to one holder at a time (a lock that the kernel
// releases when the holder dies). A holder that was killed leaves its server
// running; the next holder adopts it. A server that was killed is started again
// and recovers from its log.
//
// The server is given its folders as open file descriptors
// (/proc/self/fd/3), not by name. So it needs no rights on the folders above
// them: a state directory under root's 0700 home works although the server
// runs as another user, and the 107 bytes of a socket's path are enough for
// the server however deep the directory lies. This, and adoption, need Linux.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// The roles and the database that every private server has.
const (
	OwnerRole   = "sesshu_owner"
	ServiceRole = "sesshu_service"
	Database    = "sesshu"
)

// The named errors of Start and Attach.
var (
	ErrNotWritable = errors.New("this user may not write in that directory")

	ErrNoBinaries = errors.New("PostgreSQL's programs are not installed: install the package postgresql (Debian, Ubuntu: apt-get install postgresql)")
	ErrInUse      = errors.New("another process runs the database in this directory")
	ErrNotRunning = errors.New("no database runs in this directory")
	ErrNoUser     = errors.New("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as")
)

// Config says where the private server lives.
type Config struct {
	Dir      string            // created when absent
	Logger   *slog.Logger      // slog.Default when nil
	Settings map[string]string // further server settings, by name
}

// Server is a private PostgreSQL that runs.
type Server struct {
	config Config
	layout layout
	socket string // folder of the socket, as clients name it
	holder *lock  // nil when only attached

	mutex   sync.Mutex
	process process
}

// Start makes the database when there is none yet, then adopts its running
// server or starts one, and waits until it answers; recovery after a crash may
// take a while, and only ctx bounds it. The caller runs Run, or calls Close.
func Start(ctx context.Context, config Config) (*Server, error) {
	server, err := newServer(config)
	if err != nil {
		return nil, fmt.Errorf("private database: %w", err)
	}
	server.holder, err = acquire(server.layout.lock())
	if err != nil {
		return nil, fmt.Errorf("private database in %s: %w", server.layout.dir, server.layout.named(err))
	}
	if err := server.start(ctx); err != nil {
		server.holder.release()
		return nil, fmt.Errorf("private database in %s: %w", server.layout.dir, server.layout.named(err))
	}
	return server, nil
}

// Attach finds the server that another process holds, for short visits such as
// adding an account while the service runs. Closing the result does nothing to
// the server. ErrNotRunning says that nobody runs one: Start it then.
func Attach(ctx context.Context, config Config) (*Server, error) {
	server, err := newServer(config)
	if err != nil {
		return nil, fmt.Errorf("private database: %w", err)
	}
	if server.socket, err = server.layout.readSocket(); err == nil {
		err = ping(ctx, server.ServiceURL())
	}
	if err != nil {
		return nil, fmt.Errorf("private database in %s: %w: %w", server.layout.dir, ErrNotRunning, err)
	}
	return server, nil
}

func newServer(config Config) (*Server, error) {
	if config.Logger == nil {
		config.Logger = slog.Default()
	}
	dir, err := filepath.Abs(config.Dir)
	if err != nil {
		return nil, err
	}
	folders := layout{dir}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, folders.named(err)
	}
	return &Server{config: config, layout: folders}, nil
}

// OwnerURL connects as the role that owns the schema and migrates it.
func (s *Server) OwnerURL() string { return s.url(OwnerRole) }

// ServiceURL connects as the role of the running service.
func (s *Server) ServiceURL() string { return s.url(ServiceRole) }

func (s *Server) url(role string) string {
	query := url.Values{"host": {s.socket}, "port": {port}, "user": {role}}
	return "postgres:///" + Database + "?" + query.Encode()
}

// Run watches over the server until ctx ends, starting it again whenever it
// dies, and then stops it cleanly. End ctx only after everything that uses the
// database has stopped. It returns an error when the server cannot be brought
// back.
func (s *Server) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return s.Close()
		case <-s.current().done():
		}
		if ctx.Err() != nil {
			return s.Close()
		}
		s.config.Logger.WarnContext(ctx, "private database died, starting it again", slog.String("dir", s.layout.dir))
		if err := s.restart(ctx); err != nil {
			return errors.Join(fmt.Errorf("private database in %s: %w", s.layout.dir, err), s.Close())
		}
		s.config.Logger.InfoContext(ctx, "private database is back", slog.String("dir", s.layout.dir))
	}
}

// restartPatience is how long a server that cannot be started is tried.
const restartPatience = 2 * time.Minute

func (s *Server) restart(ctx context.Context) error {
	deadline := time.Now().Add(restartPatience)
	for {
		err := s.start(ctx)
		if err == nil || ctx.Err() != nil {
			return nil //nolint:nilerr // ctx ended while starting: Run closes.
		}
		if time.Now().After(deadline) {
			return err
		}
		s.config.Logger.WarnContext(ctx, "private database did not start, trying again", slog.Any("error", err))
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// Close stops the server cleanly (open transactions are rolled back, the log is
// checkpointed) and gives the directory up. It may be called twice.
func (s *Server) Close() error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.holder == nil {
		return nil
	}
	err := s.process.stop()
	s.layout.removeSocket(s.socket)
	s.holder.release()
	s.holder = nil
	if err != nil {
		return fmt.Errorf("stop private database in %s: %w", s.layout.dir, err)
	}
	return nil
}

func (s *Server) current() process {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.process
}

// ping reports whether the server answers.
func ping(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	connection, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	return connection.Close(ctx)
}
