package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// debianBinaries is where Debian and Ubuntu keep the programs of every major
// version, off the PATH.
const debianBinaries = "/usr/lib/postgresql"

// binaries is a folder with initdb and postgres.
type binaries string

func (b binaries) initdb() string   { return filepath.Join(string(b), "initdb") }
func (b binaries) postgres() string { return filepath.Join(string(b), "postgres") }

// findBinaries returns the newest version's programs or, when the data folder
// exists, those of the version that made it: a newer server cannot open it.
func findBinaries(ctx context.Context, dataFolder string) (binaries, error) {
	folders := installed()
	if len(folders) == 0 {
		return "", ErrNoBinaries
	}
	version, err := os.ReadFile(filepath.Join(dataFolder, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return folders[0], nil
	}
	if err != nil {
		return "", err
	}
	made := strings.TrimSpace(string(version))
	for _, folder := range folders {
		if folder.major(ctx) == made {
			return folder, nil
		}
	}
	return "", fmt.Errorf("the data was made by PostgreSQL %s, which is not installed any more: install the package postgresql-%s", made, made)
}

// installed lists all versions, newest first, Debian's before the PATH's.
func installed() []binaries {
	var found []binaries
	folders, _ := filepath.Glob(filepath.Join(debianBinaries, "*", "bin"))
	slices.SortFunc(folders, func(a, b string) int { return number(b) - number(a) })
	if onPath, err := exec.LookPath("initdb"); err == nil {
		folders = append(folders, filepath.Dir(onPath))
	}
	for _, folder := range folders {
		candidate := binaries(folder)
		if executable(candidate.initdb()) && executable(candidate.postgres()) {
			found = append(found, candidate)
		}
	}
	return found
}

// major returns the major version, e.g. "15".
func (b binaries) major(ctx context.Context) string {
	if strings.HasPrefix(string(b), debianBinaries+"/") {
		return filepath.Base(filepath.Dir(string(b)))
	}
	output, err := exec.CommandContext(ctx, b.postgres(), "--version").Output() // postgres (PostgreSQL) 15.18 (Debian …)
	words := strings.Fields(string(output))
	if err != nil || len(words) < 3 {
		return ""
	}
	major, _, _ := strings.Cut(words[2], ".")
	return major
}

func number(folder string) int {
	major, err := strconv.Atoi(filepath.Base(filepath.Dir(folder)))
	if err != nil {
		return 0
	}
	return major
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
