package samples_test

import (
	"io/fs"
	"testing"

	"sesshu/ledger/slip/form"
	"sesshu/samples"
)

func TestEveryFormParses(t *testing.T) {
	root, err := fs.Sub(samples.Forms, "forms")
	if err != nil {
		t.Fatal(err)
	}
	forms, err := form.LoadAll(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(forms) < 2 {
		t.Fatalf("%d forms, want at least 2", len(forms))
	}
}
