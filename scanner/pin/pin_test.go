package pin_test

import (
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sesshu/scanner/pin"
)

// Exactly the pinned key is trusted, whatever its certificate says of names and
// dates.
func TestTrustsTheKey(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	right := pin.Of(server.Certificate())
	ask := func(key pin.Key) error {
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: key.TLS(), DisableKeepAlives: true}}
		// A name that is not in the certificate, on the same address.
		response, err := client.Get(strings.Replace(server.URL, "127.0.0.1", "localhost", 1))
		if err == nil {
			response.Body.Close()
		}
		return err
	}
	if err := ask(right); err != nil {
		t.Error(err)
	}
	if shown, err := pin.Shown(t.Context(), server.Listener.Addr().String()); err != nil || shown != right {
		t.Errorf("shown is %v, %v", shown, err)
	}
	if _, err := pin.Shown(t.Context(), "127.0.0.1:1"); err == nil {
		t.Error("nobody shows a key")
	}
	wrong := right
	wrong[7] ^= 1
	var mismatch *pin.Mismatch
	if err := ask(wrong); !errors.As(err, &mismatch) || mismatch.Shown != right || mismatch.Pinned != wrong {
		t.Errorf("another key: %v", err)
	}
	if err := ask(pin.Key{}); !errors.As(err, &mismatch) {
		t.Errorf("no key: %v", err)
	}
}

func TestParse(t *testing.T) {
	key := pin.Key{1, 2, 0xfe}
	digits := hex.EncodeToString(key[:])
	var pairs []string
	for i := 0; i < len(digits); i += 2 {
		pairs = append(pairs, strings.ToUpper(digits[i:i+2]))
	}
	for _, text := range []string{key.String(), " " + key.String() + "\n", digits, strings.Join(pairs, ":")} {
		if got, err := pin.Parse(text); err != nil || got != key {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "sha256//", "sha256//AAAA", digits[2:], key.String() + "A", "sha1//" + digits} {
		if got, err := pin.Parse(text); err == nil || got.Set() {
			t.Errorf("%q is taken as %v", text, got)
		}
	}
	var read pin.Key
	if text, err := key.MarshalText(); err != nil || read.UnmarshalText(text) != nil || read != key {
		t.Errorf("%s does not come back", text)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(pin.Key{1}.String())
	f.Fuzz(func(t *testing.T, text string) {
		key, err := pin.Parse(text)
		if err != nil {
			return
		}
		if again, err := pin.Parse(key.String()); err != nil || again != key {
			t.Errorf("%q is %v, and then %v", text, key, again)
		}
	})
}
