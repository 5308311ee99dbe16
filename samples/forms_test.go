package samples_test

import (
	"testing"

	"sesshu/ledger/slip/form"
	"sesshu/samples"
)

func TestEveryFormParses(t *testing.T) {
	forms, err := form.LoadAll(samples.Forms)
	if err != nil {
		t.Fatal(err)
	}
	if len(forms) < 2 {
		t.Fatalf("%d forms, want at least 2", len(forms))
	}
}
