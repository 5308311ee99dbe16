package verify

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// appendOnly are the tables that nobody may change.
var appendOnly = []string{"entries", "pages", "answers", "answer_undos", "access_log", "discards", "uploads"}

// checkPrivileges looks whether append-only still is: the service's role lacks
// the privileges, and the triggers that stop everybody else are switched on.
func checkPrivileges(ctx context.Context, tx pgx.Tx, report *Report) error {
	for _, table := range appendOnly {
		var may, guarded bool
		err := tx.QueryRow(ctx, `
			select has_any_column_privilege('sesshu_service', $1, 'UPDATE')
			       or has_table_privilege('sesshu_service', $1, 'DELETE')
			       or has_table_privilege('sesshu_service', $1, 'TRUNCATE'),
			       exists (select from pg_trigger where tgrelid = to_regclass($1) and tgname = $1 || '_append_only' and tgenabled in ('O', 'A'))`,
			table).Scan(&may, &guarded)
		if err != nil {
			return err
		}
		if may {
			report.complain("the service may change the table %s", table)
		}
		if !guarded {
			report.complain("the table %s is not guarded against changes", table)
		}
	}
	return nil
}
