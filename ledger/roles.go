package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// prepareRoles makes the two roles when they are missing and lets the login
// take them on. Roles belong to the whole cluster: migrations of other schemas
// and databases may be doing the same at this moment.
func prepareRoles(ctx context.Context, connection *pgx.Conn, schema string) error {
	for _, role := range []string{ownerRole, serviceRole} {
		if err := ensureRole(ctx, connection, role); err != nil {
			return err
		}
	}
	var isOwner bool
	if err := connection.QueryRow(ctx, "select session_user = $1", ownerRole).Scan(&isOwner); err != nil || isOwner {
		return err
	}
	for _, role := range []string{ownerRole, serviceRole} {
		if err := joinRole(ctx, connection, role); err != nil {
			return err
		}
	}
	var owned bool
	err := connection.QueryRow(ctx, "select has_schema_privilege($1, $2, 'CREATE')", ownerRole, schema).Scan(&owned)
	if err != nil || owned {
		return err
	}
	return changeCatalog(ctx, connection, "grant create, usage on schema "+pgx.Identifier{schema}.Sanitize()+" to "+ownerRole)
}

func ensureRole(ctx context.Context, connection *pgx.Conn, role string) error {
	var there bool
	if err := connection.QueryRow(ctx, "select exists (select from pg_roles where rolname = $1)", role).Scan(&there); err != nil || there {
		return err
	}
	if err := changeCatalog(ctx, connection, "create role "+role+" nologin"); err != nil {
		return missingRole(role, err)
	}
	return nil
}

// joinRole lets the login take the role on. Whether it may already is found out
// by trying: since PostgreSQL 16 being a member is not enough.
func joinRole(ctx context.Context, connection *pgx.Conn, role string) error {
	err := become(ctx, connection, role)
	if errors.Is(err, ErrMissingRole) {
		if err := changeCatalog(ctx, connection, "grant "+role+" to session_user"); err != nil {
			return missingRole(role, err)
		}
		err = become(ctx, connection, role)
	}
	if err != nil {
		return err
	}
	_, err = connection.Exec(ctx, "reset role")
	return err
}

// missingRole tells an administrator what to do when this login may not.
func missingRole(role string, err error) error {
	return fmt.Errorf("%w: have an administrator run: create role %s; grant %s to the login: %w", ErrMissingRole, role, role, err)
}

// changeCatalog runs a statement that others may be running too. Losing that
// race is as good as winning it.
func changeCatalog(ctx context.Context, connection *pgx.Conn, statement string) error {
	for attempt := 1; ; attempt++ {
		_, err := connection.Exec(ctx, statement)
		switch {
		case err == nil || isCode(err, "42710", "23505"): // duplicate_object, unique_violation: made meanwhile
			return nil
		case !grantedByOther(err) || attempt == 10:
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(attempt) * 10 * time.Millisecond):
		}
	}
}

// grantedByOther recognises PostgreSQL's "tuple concurrently updated", an
// internal error that two grants at the same moment get.
func grantedByOther(err error) bool { return isCode(err, "XX000") }

// isCode compares SQLSTATE codes.
func isCode(err error, codes ...string) bool {
	var answer *pgconn.PgError
	if !errors.As(err, &answer) {
		return false
	}
	for _, code := range codes {
		if answer.Code == code {
			return true
		}
	}
	return false
}
