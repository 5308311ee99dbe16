package house_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Each service of compose.yaml is told the one password that is its own. Only
// the database knows all three: it makes the logins.
func TestComposeTellsEachItsOwnPassword(t *testing.T) {
	text, err := os.ReadFile("compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, services, _ := strings.Cut(string(text), "\nservices:\n")
	services, _, _ = strings.Cut(services, "\nconfigs:\n")
	blocks := regexp.MustCompile(`(?m)^  ([a-z]+):$`).FindAllStringSubmatchIndex(services, -1)
	told := map[string]string{}
	for i, block := range blocks {
		end := len(services)
		if i+1 < len(blocks) {
			end = blocks[i+1][0]
		}
		passwords := regexp.MustCompile(`\$\{([A-Z_]*PASSWORD)`).FindAllStringSubmatch(services[block[1]:end], -1)
		var names []string
		for _, password := range passwords {
			names = append(names, password[1])
		}
		slices.Sort(names)
		told[services[block[2]:block[3]]] = strings.Join(names, " ")
	}
	for service, want := range map[string]string{
		"postgres": "POSTGRES_PASSWORD SESSHU_OWNER_PASSWORD SESSHU_SERVICE_PASSWORD",
		"migrate":  "SESSHU_OWNER_PASSWORD",
		"sesshu":   "SESSHU_SERVICE_PASSWORD",
	} {
		if told[service] != want {
			t.Errorf("%s is told %q, want %q", service, told[service], want)
		}
	}
	if len(told) != 3 {
		t.Errorf("services %v: who else is told a password?", told)
	}
}
