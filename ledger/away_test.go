package ledger

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// What goes away is waited for; what refuses is told at once.
func TestDatabaseAway(t *testing.T) {
	cases := map[string]struct {
		err  error
		away bool
	}{
		"killed":         {fmt.Errorf("take role: %w", &pgconn.PgError{Code: "57P01"}), true},
		"starting":       {&pgconn.PgError{Code: "57P03"}, true},
		"connection":     {&pgconn.PgError{Code: "08006"}, true},
		"not reachable":  {&pgconn.ConnectError{}, true},
		"cut off":        {fmt.Errorf("query: %w", io.ErrUnexpectedEOF), true},
		"wrong password": {&pgconn.PgError{Code: "28P01"}, false},
		"no table":       {&pgconn.PgError{Code: "42P01"}, false},
		"two processes":  {ErrAlreadyRunning, false},
		"something else": {errors.New("bad configuration"), false},
	}
	for name, c := range cases {
		if got := databaseAway(c.err); got != c.away {
			t.Errorf("%s: away %v", name, got)
		}
	}
}
