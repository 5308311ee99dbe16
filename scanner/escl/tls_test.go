package escl

import (
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"sesshu/scanner"
	"sesshu/scanner/pin"
	"sesshu/scanner/virtual"
)

// Scanners sign their own certificates: exactly the pinned key is trusted.
func TestPinnedCertificate(t *testing.T) {
	device := virtual.New(virtual.Config{})
	device.Load(stack(1, 1)...)
	server := httptest.NewTLSServer(device)
	defer server.Close()
	key := pin.Of(server.Certificate())
	open := func(key pin.Key) *Device {
		client, err := New(Config{URL: server.URL + "/eSCL", TLS: key.TLS(), Poll: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = client.Close() })
		return client
	}
	b := &bench{client: open(key), device: device}
	images, _ := b.feed(t, scanner.Settings{})
	wantImages(t, images, 1)
	key[0] ^= 1
	var mismatch *pin.Mismatch
	if _, err := open(key).Capabilities(t.Context()); !errors.As(err, &mismatch) || !errors.Is(err, scanner.Untrusted) {
		t.Errorf("another certificate: %v", err)
	}
}
