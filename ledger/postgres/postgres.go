package postgres

import (
	"context"
	"errors"
	"log/slog"
)

// Config says where the private server lives.
type Config struct {
	Dir    string
	Logger *slog.Logger
}

// Server is a running private PostgreSQL.
type Server struct{ socket string }

func Start(ctx context.Context, config Config) (*Server, error) { return nil, errors.ErrUnsupported }
func (s *Server) OwnerURL() string                              { return "" }
func (s *Server) ServiceURL() string                            { return "" }
func (s *Server) Run(ctx context.Context) error                 { return errors.ErrUnsupported }
func (s *Server) Close() error                                  { return errors.ErrUnsupported }
