package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sesshu/scanner/handin"
	"sesshu/scanner/pin"
	"sesshu/scanner/station"
)

// The own certificate is made once and renewed for the same key; a damaged file
// is not replaced, because every station has its key on record.
func TestOwnCertificate(t *testing.T) {
	path := filepath.Join(t.TempDir(), ownCertificate)
	read := func(now time.Time) (key pin.Key, text string) {
		t.Helper()
		if err := renewCertificate(path, now); err != nil {
			t.Fatal(err)
		}
		key, err := publicKey(path)
		if err != nil || !key.Set() {
			t.Fatal(key, err)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return key, string(content)
	}
	now := time.Now()
	first, text := read(now)
	if again, same := read(now.Add(365 * 24 * time.Hour)); again != first || same != text {
		t.Error("a valid certificate was made anew")
	}
	if renewed, other := read(now.Add(certificateLife)); renewed != first || other == text {
		t.Error("a certificate at its end was not renewed for its key")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: others may read the key", info.Mode(), err)
	}
	if err := os.WriteFile(path, []byte(text[:len(text)/2]), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := renewCertificate(path, now); err == nil {
		t.Error("a damaged certificate was replaced by another key")
	}
	if err := os.WriteFile(path, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := publicKey(path); err == nil {
		t.Error("a key was read out of nothing")
	}
}

func TestEncryptionSettings(t *testing.T) {
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if config, err := (encryption{}).config(dir); config != nil || err != nil {
		t.Errorf("none: %v, %v", config, err)
	}
	for _, e := range []encryption{{TLSCertificate: "a"}, {TLSKey: "a"}, {StationCA: "a"}, {TLSCertificate: empty, TLSKey: empty}, {TLS: true, StationCA: empty}} {
		if _, err := e.config(dir); err == nil {
			t.Errorf("%+v is taken", e)
		}
	}
}

// authority signs stations' certificates.
type authority struct {
	dir         string
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T, name string) *authority {
	t.Helper()
	a := &authority{dir: t.TempDir()}
	a.certificate, a.key = a.sign(t, name, true)
	return a
}

// sign makes a certificate of a name and its key, in files of that name.
func (a *authority) sign(t *testing.T, name string, self bool) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, IsCA: self, BasicConstraintsValid: true,
	}
	parent, signer := template, key
	if !self {
		parent, signer = a.certificate, a.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for extension, block := range map[string]*pem.Block{".pem": {Type: "CERTIFICATE", Bytes: der}, ".key": {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(filepath.Join(a.dir, name+extension), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate, key
}

func (a *authority) file(name string) string { return filepath.Join(a.dir, name) }

var deskKey = regexp.MustCompile(`desk open.* public_key=(\S+)`)

// The whole service over real TLS: a station gets in by the server's key, its
// own token and its own certificate together, and by nothing less.
func TestStationsOverTLS(t *testing.T) {
	office, stranger := newAuthority(t, "office"), newAuthority(t, "stranger")
	for _, name := range []string{"counter", "other"} {
		office.sign(t, name, false)
		stranger.sign(t, name, false)
	}
	state := t.TempDir()
	p := startProgram(t, state, "serve", "--listen", "127.0.0.1:0", "--processes", "1", "--tls", "--station-ca", office.file("office.pem"))
	var host, key string
	for host == "" {
		if p.endedWithin(50 * time.Millisecond) {
			t.Fatalf("serve ended:\n%s", p.stderr.String())
		}
		if address, shown := deskAddress.FindStringSubmatch(p.stderr.String()), deskKey.FindStringSubmatch(p.stderr.String()); address != nil && shown != nil {
			host, key = address[1], strings.Trim(shown[1], `"`)
		}
	}
	making := startProgram(t, state, "user", "token", "counter", "--for", "station")
	if making.wait() != 0 || !strings.Contains(making.stderr.String(), key) {
		t.Fatalf("the server's key %s is not told with the token:\n%s", key, making.stderr.String())
	}
	token := strings.TrimSpace(making.stdout.String())
	other := command(t, state, "user", "token", "other", "--for", "station")
	open := func(config handin.Config) error {
		t.Helper()
		if config.URL == "" {
			config.URL = "https://" + host
		}
		client, err := handin.New(config)
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		return client.OpenBatch(t.Context(), "counter", "b1", nil)
	}
	own := handin.Config{Token: token, ServerPin: key, Certificate: office.file("counter.pem"), Key: office.file("counter.key")}
	if err := open(own); err != nil {
		t.Fatalf("the right station: %v", err)
	}
	wrongKey := pin.Key{1}.String()
	for name, c := range map[string]struct {
		change func(*handin.Config)
		want   error
	}{
		"no certificate":        {func(c *handin.Config) { c.Certificate, c.Key = "", "" }, station.ErrUnauthorized},
		"another's certificate": {func(c *handin.Config) { c.Certificate, c.Key = office.file("other.pem"), office.file("other.key") }, station.ErrUnauthorized},
		"an unknown authority": {func(c *handin.Config) {
			c.Certificate, c.Key = stranger.file("counter.pem"), stranger.file("counter.key")
		}, station.ErrUnauthorized},
		"another's token":          {func(c *handin.Config) { c.Token = other }, station.ErrUnauthorized},
		"a wrong token":            {func(c *handin.Config) { c.Token = "guess" }, station.ErrUnauthorized},
		"another server's key":     {func(c *handin.Config) { c.ServerPin = wrongKey }, handin.ErrUntrusted},
		"no key of the server":     {func(c *handin.Config) { c.ServerPin = "" }, handin.ErrUntrusted},
		"without TLS on that port": {func(c *handin.Config) { *c = handin.Config{URL: "http://" + host, Token: token} }, handin.ErrStranger},
	} {
		config := own
		c.change(&config)
		err := open(config)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if _, words := station.TroubleWords(err); words.Japanese == "" || words.English == "" {
			t.Errorf("%s: no words", name)
		}
	}
	// People need no certificate, and their cookies are for HTTPS only.
	pinned, err := pin.Parse(key)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Transport: &http.Transport{TLSClientConfig: pinned.TLS()}}
	defer browser.CloseIdleConnections()
	response, err := browser.Get("https://" + host + "/sign-in")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK || response.TLS.Version < tls.VersionTLS12 || response.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("%s, %v", response.Status, response.Header)
	}
	for _, cookie := range response.Cookies() {
		if !cookie.Secure {
			t.Errorf("cookie %s is not marked secure", cookie.Name)
		}
	}
}
