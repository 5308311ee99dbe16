package house_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every verb that compiles C or runs tests installs the native packages first,
// so that it works on a fresh machine.
func TestVerbsInstallWhatTheyNeed(t *testing.T) {
	text, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	verb := regexp.MustCompile(`(?m)^([a-z-]+):([a-z -]*)## .*\n((?:\t.*\n)*)`)
	needs := map[string][]string{}
	var native []string
	for _, found := range verb.FindAllStringSubmatch(string(text), -1) {
		name, prerequisites, recipe := found[1], found[2], found[3]
		needs[name] = strings.Fields(prerequisites)
		if strings.Contains(recipe, "go test") || strings.Contains(recipe, "golangci-lint") || strings.Contains(recipe, "$(BIN)") {
			native = append(native, name)
		}
	}
	if len(native) < 10 {
		t.Fatalf("only %v were found", native)
	}
	var installs func(name string) bool
	installs = func(name string) bool {
		return name == "packages" || name == "test-packages" || slices.ContainsFunc(needs[name], installs)
	}
	for _, name := range native {
		if !installs(name) {
			t.Errorf("make %s installs nothing of what it needs", name)
		}
	}
}
