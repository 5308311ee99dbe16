package worker

import (
	"os"
	"slices"
	"strings"
)

// inherited are the variables that a reading process gets of its parent's. It
// opens files from outside with libraries that may be tricked into anything, so
// it knows no password and no database; what it must be told stands in its
// arguments. LC_ variables are inherited, too.
var inherited = []string{
	"PATH", "HOME", "TMPDIR", "TZ", "LANG", "LANGUAGE",
	"LD_LIBRARY_PATH",                    // OpenCV and Tesseract where they are not the system's
	"TESSDATA_PREFIX",                    // Tesseract's language models
	"FONTCONFIG_FILE", "FONTCONFIG_PATH", // fonts that a PDF names and does not hold
}

// environment is that of a reading process. Tesseract's own threads are a loss
// with one process a core, and their limit is read before main, so it must be
// there before exec.
func environment(added []string) []string {
	var variables []string
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if slices.Contains(inherited, name) || strings.HasPrefix(name, "LC_") {
			variables = append(variables, variable)
		}
	}
	variables = append(variables, "OMP_THREAD_LIMIT=1", "OPENCV_FOR_THREADS_NUM=1")
	return append(variables, added...)
}
