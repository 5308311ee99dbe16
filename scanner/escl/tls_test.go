package escl

import (
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"sesshu/ledger/slip"
	"sesshu/scanner"
	"sesshu/scanner/virtual"
)

// Scanners sign their own certificates: exactly the pinned one is trusted.
func TestPinnedCertificate(t *testing.T) {
	device := virtual.New(virtual.Config{})
	device.Load(stack(1, 1)...)
	server := httptest.NewTLSServer(device)
	defer server.Close()
	pin := slip.HashOf(server.Certificate().Raw)
	open := func(pin slip.Hash) *Device {
		client, err := New(Config{URL: server.URL + "/eSCL", TLS: PinnedTLS(pin), Poll: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = client.Close() })
		return client
	}
	b := &bench{client: open(pin), device: device}
	images, _ := b.feed(t, scanner.Settings{})
	wantImages(t, images, 1)
	pin[0] ^= 1
	if _, err := open(pin).Capabilities(t.Context()); !errors.Is(err, ErrWrongCertificate) || !errors.Is(err, scanner.Untrusted) {
		t.Errorf("another certificate: %v", err)
	}
}
