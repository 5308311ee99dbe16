package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The folders as the server's programs see them; see the package comment.
const (
	dataDescriptor   = "/proc/self/fd/3"
	socketDescriptor = "/proc/self/fd/4"
)

// bootstrap makes roles and database, one statement a line as the single-user
// server wants it. No role that anybody can log in as is a superuser.
var bootstrap = strings.Join([]string{
	"create role " + OwnerRole + " login;",
	"create role " + ServiceRole + " login;",
	"create database " + Database + " owner " + OwnerRole + ";",
	"revoke all on database " + Database + " from public;",
	"grant connect on database " + Database + " to " + ServiceRole + ";",
	"",
}, "\n")

// initialise makes the database in a folder beside its place and renames it
// when it is complete, so a crash leaves nothing half.
func initialise(ctx context.Context, l layout, programs binaries, as identity) (err error) {
	if err := os.RemoveAll(l.unborn()); err != nil {
		return err
	}
	if err := as.makeFolder(l.unborn()); err != nil {
		return err
	}
	folder, err := os.Open(l.unborn())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()

	initdb := as.command(ctx, programs.initdb(), []*os.File{folder},
		"-D", dataDescriptor, "--data-checksums", "--encoding=UTF8", "--no-locale", "--auth=peer", "--username=postgres")
	if output, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, lastLines(output))
	}
	single := as.command(ctx, programs.postgres(), []*os.File{folder},
		"--single", "-D", dataDescriptor, "-c", "exit_on_error=on", "postgres")
	single.Stdin = strings.NewReader(bootstrap)
	if output, err := single.CombinedOutput(); err != nil || bytes.Contains(output, []byte("ERROR")) {
		return fmt.Errorf("make roles and database: %w: %s", err, lastLines(output))
	}
	if err := os.Rename(l.unborn(), l.data()); err != nil {
		return err
	}
	parent, err := os.Open(l.dir)
	if err != nil {
		return err
	}
	return errors.Join(parent.Sync(), parent.Close())
}

// admit writes who may connect: our own operating system user, as the two
// roles, through the socket. It is written at every start, for the state
// directory may have come to another user since.
func admit(l layout, as identity) error {
	user := `"` + strings.ReplaceAll(as.client, `"`, `""`) + `"`
	files := map[string]string{
		"pg_hba.conf":   "local all " + OwnerRole + "," + ServiceRole + " peer map=sesshu\n",
		"pg_ident.conf": "sesshu " + user + " " + OwnerRole + "\nsesshu " + user + " " + ServiceRole + "\n",
	}
	for name, content := range files {
		path := filepath.Join(l.data(), name)
		if err := os.WriteFile(path+".new", []byte(content), 0o600); err != nil {
			return err
		}
		if err := as.own(path + ".new"); err != nil {
			return err
		}
		if err := os.Rename(path+".new", path); err != nil {
			return err
		}
	}
	return nil
}

// lastLines cuts a program's output to what explains a failure.
func lastLines(output []byte) string {
	const enough = 1500
	output = bytes.TrimSpace(output)
	if len(output) > enough {
		output = output[len(output)-enough:]
	}
	return string(output)
}
