package worker_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"sesshu/ocr/worker"
)

// A process that opens files from outside is told nothing it does not need: what
// its environment was when it began, read from the kernel.
func TestReadingProcessesKnowNoSecret(t *testing.T) {
	secrets := []string{"DATABASE_URL", "SESSHU_OWNER_DATABASE_URL", "PGPASSWORD", "SESSHU_TOKEN", "AWS_SECRET_ACCESS_KEY", "SOMETHING_ELSE"}
	for _, name := range secrets {
		t.Setenv(name, "a secret")
	}
	needed := []string{"TESSDATA_PREFIX", "TMPDIR", "LC_ALL", "LD_LIBRARY_PATH"}
	for _, name := range needed {
		t.Setenv(name, "/needed")
	}
	pool := startPool(t, worker.Config{Size: 1})
	result, err := pool.Read(t.Context(), []byte("fine"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("/proc/" + strconv.Itoa(result.Pages[0].Width) + "/environ")
	if err != nil {
		t.Fatal(err)
	}
	variables := map[string]string{}
	for variable := range strings.SplitSeq(string(text), "\x00") {
		name, value, _ := strings.Cut(variable, "=")
		variables[name] = value
	}
	for _, name := range secrets {
		if _, known := variables[name]; known {
			t.Errorf("a reading process is told %s", name)
		}
	}
	for _, name := range needed {
		if variables[name] != "/needed" {
			t.Errorf("%s is %q", name, variables[name])
		}
	}
	if variables["PATH"] == "" || variables["OMP_THREAD_LIMIT"] != "1" {
		t.Errorf("PATH %q, OMP_THREAD_LIMIT %q", variables["PATH"], variables["OMP_THREAD_LIMIT"])
	}
}
