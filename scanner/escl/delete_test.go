package escl

import (
	"errors"
	"io"
	"net/http"
	"os"
	"testing"
	"time"

	"sesshu/scanner"
)

// refusing is the virtual device behind a door that answers DELETE with a
// status for as long as it is not 0.
func refusing(t *testing.T, sheets int, status *int) *bench {
	t.Helper()
	return interposed(t, sheets, func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if r.Method != http.MethodDelete || *status == 0 {
			return false
		}
		w.WriteHeader(*status)
		return true
	})
}

// A device that answers DELETE in a way of its own has delivered the stack all
// the same, and can be fed again.
func TestAFeedIsWholeThoughItsJobIsNotDeleted(t *testing.T) {
	for _, status := range []int{http.StatusBadRequest, http.StatusForbidden, http.StatusInternalServerError, http.StatusServiceUnavailable} {
		b := refusing(t, 3, &status)
		images, err := b.feed(t, scanner.Settings{})
		if !errors.Is(err, io.EOF) {
			t.Errorf("%d: ended with %v", status, err)
		}
		wantImages(t, images, 1, 2, 3)
		if _, err := os.Stat(b.jobs); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%d: job file: %v", status, err)
		}
		b.device.Load(stack(4, 5)...)
		images, err = b.feed(t, scanner.Settings{})
		if !errors.Is(err, io.EOF) {
			t.Errorf("%d, fed again: ended with %v", status, err)
		}
		wantImages(t, images, 4, 5)
	}
}

// A job that lives is not taken for freed, nor forgotten.
func TestAJobThatCannotBeDeletedAndLivesIsRemembered(t *testing.T) {
	status := http.StatusInternalServerError
	b := refusing(t, 4, &status)
	batch, err := b.client.Scan(t.Context(), scanner.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := batch.Next(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The process dies here: nothing is closed.
	b.client = b.newClient(t)
	b.client.config.SettlePatience = 50 * time.Millisecond
	if _, err := b.feed(t, scanner.Settings{}); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("fed beside a job that lives: %v", err)
	}
	status = 0
	images, err := b.feed(t, scanner.Settings{})
	if !errors.Is(err, io.EOF) {
		t.Errorf("ended with %v", err)
	}
	wantImages(t, images, 2, 3, 4)
}
