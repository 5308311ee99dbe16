package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"sesshu/ledger/slip/form"
	"sesshu/ocr/decide"
	"sesshu/samples"
)

// Settings are the flags that every command understands.
type Settings struct {
	StateDir         string        `help:"Where the private PostgreSQL, the spool and the images live. By default the user's state directory, for root /var/lib/sesshu." env:"SESSHU_STATE_DIR" type:"path"`
	DatabaseURL      string        `help:"An own PostgreSQL. Without it a private one is started in the state directory." env:"DATABASE_URL" placeholder:"postgres://…"`
	OwnerDatabaseURL string        `help:"The same database with the rights to migrate it; by default the database URL." env:"SESSHU_OWNER_DATABASE_URL" placeholder:"postgres://…"`
	Forms            string        `help:"A folder of form definitions beside the built-in ones." env:"SESSHU_FORMS" type:"existingdir"`
	Policy           string        `help:"A policy file: error bounds, fields always asked." env:"SESSHU_POLICY" type:"existingfile"`
	DriftEvery       time.Duration `hidden:"" help:"Time between two looks at the ledger for drift." env:"SESSHU_DRIFT_EVERY" default:"30s"`
	LogLevel         string        `help:"debug, info, warn or error; by default info for serve and worker, warn for the rest." env:"SESSHU_LOG_LEVEL" enum:",debug,info,warn,error" default:""`
	LogFormat        string        `help:"text or json." env:"SESSHU_LOG_FORMAT" enum:"text,json" default:"text"`

	stdout, stderr io.Writer
	logger         *slog.Logger
}

func (s *Settings) newLogger(w io.Writer, command string) *slog.Logger {
	if s.LogLevel == "" {
		s.LogLevel = "warn"
		if command == "serve" || command == "worker" {
			s.LogLevel = "info"
		}
	}
	var level slog.Level
	_ = level.UnmarshalText([]byte(s.LogLevel)) // the flag's enum allows nothing else
	options := &slog.HandlerOptions{Level: level}
	if s.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// stateDir returns the state directory, made if need be.
func (s *Settings) stateDir() (string, error) {
	dir := s.StateDir
	switch {
	case dir != "":
	case os.Getuid() == 0:
		dir = "/var/lib/sesshu"
	case os.Getenv("XDG_STATE_HOME") != "":
		dir = filepath.Join(os.Getenv("XDG_STATE_HOME"), "sesshu")
	default:
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("find a state directory: %w; set SESSHU_STATE_DIR", err)
		}
		dir = filepath.Join(home, ".local", "state", "sesshu")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find the state directory: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("make the state directory: %w; name another one with --state-dir or SESSHU_STATE_DIR", err)
	}
	return dir, nil
}

// orElsewhere says the way on when the state directory is there and may not be
// written in.
func orElsewhere(err error) error {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return fmt.Errorf("%w; start sesshu as the user whose directory that is, or name another one with --state-dir or SESSHU_STATE_DIR", err)
	}
	return err
}

// loadForms returns the built-in forms and those of --forms; a form of that
// folder replaces a built-in one of the same name.
func (s *Settings) loadForms() ([]*form.Form, error) {
	builtIn, err := fs.Sub(samples.Forms, "forms")
	if err != nil {
		return nil, fmt.Errorf("find the built-in forms: %w", err)
	}
	forms, err := form.LoadAll(builtIn)
	if err != nil {
		return nil, err
	}
	if s.Forms == "" {
		return forms, nil
	}
	own, err := form.LoadAll(os.DirFS(s.Forms))
	if err != nil {
		return nil, err
	}
	if len(own) == 0 {
		return nil, fmt.Errorf("%s holds no form: a form is a folder with a form.txt", s.Forms)
	}
	for _, f := range own {
		replaced := false
		for i := range forms {
			if forms[i].Name == f.Name {
				forms[i], replaced = f, true
			}
		}
		if !replaced {
			forms = append(forms, f)
		}
	}
	return forms, nil
}

func (s *Settings) loadPolicy() (decide.Policy, error) {
	if s.Policy == "" {
		return decide.DefaultPolicy(), nil
	}
	text, err := os.ReadFile(s.Policy)
	if err != nil {
		return decide.Policy{}, fmt.Errorf("read policy: %w", err)
	}
	policy, err := decide.ParsePolicy(text)
	if err != nil {
		return decide.Policy{}, fmt.Errorf("policy %s: %w", s.Policy, err)
	}
	return policy, nil
}
