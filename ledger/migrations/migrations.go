// Package migrations holds the ledger's schema: numbered SQL files that only go
// forward. A file that has been released is never edited; a change is a new
// file. They run as the role sesshu_owner inside the schema that search_path
// names, and grant the role sesshu_service exactly what the running service
// needs.
package migrations

import (
	"embed"
	"io/fs"
	"strconv"
	"strings"
)

// Files are the migrations, in goose's format.
//
//go:embed *.sql
var Files embed.FS

// Latest is the number of the newest migration: the version that the program's
// SQL is written for.
func Latest() int64 {
	names, _ := fs.Glob(Files, "*.sql") // the pattern is right, and an embedded folder always reads
	var latest int64
	for _, name := range names {
		digits, _, _ := strings.Cut(name, "_")
		if number, err := strconv.ParseInt(digits, 10, 64); err == nil {
			latest = max(latest, number)
		}
	}
	return latest
}
