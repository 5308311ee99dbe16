package handin_test

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sesshu/scanner/handin"
	"sesshu/scanner/pin"
	"sesshu/scanner/station"
)

// handOver sends one sheet to an address and returns how that ended.
func handOver(t *testing.T, config handin.Config) error {
	t.Helper()
	config.Token = "secret-token"
	c, err := handin.New(config)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	stored, err := c.StoreSheet(t.Context(), sheetOf([]byte("x")), strings.NewReader("x"))
	if stored != (err == nil) {
		t.Errorf("stored %t, %v", stored, err)
	}
	return err
}

// wantWords requires both languages, and every one of the parts in both.
func wantWords(t *testing.T, err error, parts ...string) {
	t.Helper()
	_, words := station.TroubleWords(err)
	for _, part := range append(parts, "") {
		if words.Japanese == "" || words.English == "" || !strings.Contains(words.Japanese, part) || !strings.Contains(words.English, part) {
			t.Errorf("%v\nis explained as %+v\nwithout %q", err, words, part)
		}
	}
	if strings.Contains(words.English+words.Japanese+err.Error(), "secret-token") {
		t.Error("the token is told")
	}
}

// The station talks to the server whose key is on record and sends nothing at
// all to any other.
func TestServerPin(t *testing.T) {
	asked := 0
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		receipt(w, r, http.StatusCreated)
	}))
	defer server.Close()
	key := pin.Of(server.Certificate())
	if err := handOver(t, handin.Config{URL: server.URL, ServerPin: key.String()}); err != nil || asked != 1 {
		t.Errorf("the right key: %v, asked %d times", err, asked)
	}
	other := key
	other[0] ^= 1
	err := handOver(t, handin.Config{URL: server.URL, ServerPin: other.String()})
	if !errors.Is(err, handin.ErrUntrusted) {
		t.Errorf("another key: %v", err)
	}
	wantWords(t, err, key.String(), other.String(), server.Listener.Addr().String())

	// Nobody vouches for it and no key is on record: the words say which to put
	// there, after comparing.
	err = handOver(t, handin.Config{URL: server.URL})
	if !errors.Is(err, handin.ErrUntrusted) {
		t.Errorf("no key: %v", err)
	}
	wantWords(t, err, key.String())
	if errors.Is(err, station.ErrRefused) || errors.Is(err, station.ErrConflict) || asked != 1 {
		t.Errorf("%v, asked %d times", err, asked)
	}
}

// A server that wants certificates and does not know this station's.
func TestCertificateRefused(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { receipt(w, r, http.StatusCreated) }))
	server.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	defer server.Close()
	err := handOver(t, handin.Config{URL: server.URL, ServerPin: pin.Of(server.Certificate()).String()})
	if !errors.Is(err, station.ErrUnauthorized) {
		t.Errorf("%v", err)
	}
	wantWords(t, err)
}

// Whatever answers that is not the service is told apart from it: a sheet is
// neither forgotten on a log-in page's 200 nor refused by a proxy's 404.
func TestStrangers(t *testing.T) {
	page := func(status int, mediaType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", mediaType)
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	const html = "<html>Welcome, please log in</html>"
	strangers := map[string]http.HandlerFunc{
		"log-in page":   page(http.StatusOK, "text/html", html),
		"created":       page(http.StatusCreated, "text/html", html),
		"other JSON":    page(http.StatusOK, "application/json", `{"ok":true}`),
		"another sheet": page(http.StatusOK, "application/json", `{"sha256":"`+strings.Repeat("ab", 32)+`"}`),
		"not JSON":      page(http.StatusOK, "application/json", html),
		"redirect":      page(http.StatusFound, "text/html", ""),
		"not found":     page(http.StatusNotFound, "text/html", html),
		"conflict":      page(http.StatusConflict, "text/plain", "conflict"),
		"too large":     page(http.StatusRequestEntityTooLarge, "text/html", html),
		"unauthorized":  page(http.StatusUnauthorized, "text/html", html),
		"portal":        page(http.StatusNetworkAuthenticationRequired, "text/html", html),
	}
	for name, handler := range strangers {
		server := httptest.NewServer(handler)
		err := handOver(t, handin.Config{URL: server.URL})
		if !errors.Is(err, handin.ErrStranger) {
			t.Errorf("%s: %v", name, err)
		}
		for _, kind := range []error{station.ErrConflict, station.ErrRefused, station.ErrUnauthorized} {
			if errors.Is(err, kind) {
				t.Errorf("%s counts as %v", name, kind)
			}
		}
		wantWords(t, err, server.Listener.Addr().String())
		server.Close()
	}
}

// A server without TLS where TLS is due, and the other way round.
func TestWrongProtocol(t *testing.T) {
	open := httptest.NewServer(http.NotFoundHandler())
	defer open.Close()
	if err := handOver(t, handin.Config{URL: strings.Replace(open.URL, "http:", "https:", 1)}); !errors.Is(err, handin.ErrStranger) {
		t.Errorf("TLS to an open port: %v", err)
	}
	closed := httptest.NewTLSServer(http.NotFoundHandler())
	defer closed.Close()
	if err := handOver(t, handin.Config{URL: strings.Replace(closed.URL, "https:", "http:", 1)}); !errors.Is(err, handin.ErrStranger) {
		t.Errorf("open to a TLS port: %v", err)
	}
	var listener net.ListenConfig
	mute, err := listener.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		if connection, err := mute.Accept(); err == nil {
			_, _ = connection.Write([]byte("220 mail.example ESMTP\r\n"))
			_ = connection.Close()
		}
	}()
	defer mute.Close()
	if err := handOver(t, handin.Config{URL: "https://" + mute.Addr().String()}); !errors.Is(err, handin.ErrStranger) {
		t.Errorf("a mail server: %v", err)
	}
}

// A wrong credential and a server that is away: words that say what to do.
func TestWordsForTrouble(t *testing.T) {
	answer := func(status int, kind string) error {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(`{"type":"urn:sesshu:problem:` + kind + `","detail":"d","detail_ja":"詳"}`))
		}))
		defer server.Close()
		return handOver(t, handin.Config{URL: server.URL})
	}
	wantWords(t, answer(http.StatusUnauthorized, "token"), "sesshu user token")
	if _, words := station.TroubleWords(answer(http.StatusForbidden, "forbidden")); !strings.Contains(words.English, "another station") {
		t.Errorf("%+v", words)
	}
	if _, words := station.TroubleWords(answer(http.StatusServiceUnavailable, "unavailable")); words.English != "d" || words.Japanese != "詳" {
		t.Errorf("%+v", words)
	}
	wantWords(t, handOver(t, handin.Config{URL: "http://127.0.0.1:1"}))
}
