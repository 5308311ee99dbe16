package review_test

import (
	"net/http"
	"testing"

	"go.uber.org/goleak"
)

// A service that has stopped holds no port, connection or goroutine, and may be
// started again.
func TestRunLeavesNothingBehind(t *testing.T) {
	d := newDesk(t)
	alive := func() {
		if got := d.request(http.MethodGet, "/livez", "", nil, nil); got.status != http.StatusOK {
			t.Errorf("status %d", got.status)
		}
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	}
	alive()
	d.stop()
	before := goleak.IgnoreCurrent()
	for range 3 {
		d.start() // on the same port
		alive()
		d.stop()
	}
	goleak.VerifyNone(t, before)
}
