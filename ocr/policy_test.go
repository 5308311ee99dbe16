package ocr_test

import (
	"maps"
	"regexp"
	"testing"

	"sesshu/ocr"
	"sesshu/ocr/decide"
)

// installed is the part of a version that the machine brings, not this repository:
// Tesseract's engine. Its models count: probabilities are fitted on them, and a
// calibrated policy rests on those.
var installed = regexp.MustCompile(`tesseract-\S+ `)

// The built-in policy is not refused at the start, so this keeps it in step: its
// thresholds were calibrated with the readers that are committed beside it.
func TestBuiltInPolicyIsInStep(t *testing.T) {
	reader, err := ocr.Open(ocr.Config{Forms: forms(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	running := reader.Versions()
	for name, version := range running {
		if version == "" {
			t.Errorf("reader %s has no version", name)
		}
		running[name] = installed.ReplaceAllString(version, "")
	}
	if len(running) != 6 || !regexp.MustCompile(`^eng-\w+ jpn-\w+ table-\w+$`).MatchString(running["tesseract"]) {
		t.Errorf("versions %v", running)
	}
	calibrated := decide.DefaultPolicy().Calibrated
	if calibrated == nil {
		return // chosen by hand: decide/policy.go says on what
	}
	were := maps.Clone(calibrated.Readers)
	for name, version := range were {
		were[name] = installed.ReplaceAllString(version, "")
	}
	if !maps.Equal(were, running) {
		t.Errorf("decide/policy.json was calibrated with %v, the readers are %v: run sesshu calibrate again and commit what it writes", were, running)
	}
}
