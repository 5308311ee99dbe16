package postgres

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// identity is the operating system user that the server runs as.
type identity struct {
	client     string              // the user that may connect: the one we are
	credential *syscall.Credential // nil when the server runs as that user too
}

// findIdentity drops root's rights, and only root's.
func findIdentity() (identity, error) {
	current, err := user.Current()
	if err != nil {
		return identity{}, fmt.Errorf("find out who runs this: %w", err)
	}
	if os.Geteuid() != 0 {
		return identity{client: current.Username}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(account.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(account.Gid, 10, 32)
		if uidErr == nil && gidErr == nil {
			return identity{current.Username, &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
		}
	}
	return identity{}, ErrNoUser
}

// makeFolder makes a folder, if it is not there, that only the server's user
// (and root) may enter.
func (i identity) makeFolder(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	return i.own(path)
}

func (i identity) own(path string) error {
	if i.credential == nil {
		return nil
	}
	return os.Chown(path, int(i.credential.Uid), int(i.credential.Gid))
}

// command prepares one of PostgreSQL's programs: as the server's user, in a
// session of its own (a Ctrl-C at the terminal is for us, not for the
// database), with nothing of our environment, and with the folders as
// descriptors 3, 4, … It is killed when ctx ends.
func (i identity) command(ctx context.Context, program string, folders []*os.File, arguments ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, program, arguments...)
	command.Dir = "/"
	command.Env = []string{"LC_ALL=C", "TZ=UTC", "PATH=/usr/bin:/bin"}
	command.ExtraFiles = folders
	command.SysProcAttr = &syscall.SysProcAttr{Credential: i.credential, Setsid: true}
	return command
}
