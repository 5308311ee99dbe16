package main

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The station is one file that needs nothing of the system: no loader, no
// library. make station builds it for the other systems as well.
func TestOneStaticFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sesshu-station")
	build := exec.Command("go", "build", "-o", path, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, said)
	}
	program, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	for _, part := range program.Progs {
		if part.Type == elf.PT_INTERP || part.Type == elf.PT_DYNAMIC {
			t.Errorf("the program wants a loader: %v", part.Type)
		}
	}
	if libraries, err := program.ImportedLibraries(); err != nil || len(libraries) > 0 {
		t.Errorf("the program wants %v, %v", libraries, err)
	}
}

// Nor does any package of it speak C on the other systems, where a compiler for
// it may be missing.
func TestNoPackageSpeaksC(t *testing.T) {
	for _, system := range []string{"linux", "windows", "darwin"} {
		list := exec.Command("go", "list", "-deps", "-f", "{{if .CgoFiles}}{{.ImportPath}}{{end}}", ".")
		list.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system)
		said, err := list.Output()
		if err != nil || strings.TrimSpace(string(said)) != "" {
			t.Errorf("%s: %s %v", system, said, err)
		}
	}
}
