// Package pin trusts the other end of a connection by its public key. Scanners
// and the service of a health office sign their own certificates, so that no
// authority can vouch for them; a key that was compared once, by a person, can.
//
// The key is pinned and not the certificate: a certificate runs out and is made
// anew for the same key, and a pin of it would lock every station out on that
// day. A pinned key needs no clock and no name either, so a station whose clock
// is off by a day still knows its server.
package pin

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// prefix is curl's for the same thing (curl --pinnedpubkey sha256//…).
const prefix = "sha256//"

// Key is the SHA-256 of a public key's DER bytes (SubjectPublicKeyInfo, RFC
// 5280 section 4.1). The zero Key is no key.
type Key [sha256.Size]byte

// Of returns the key of a certificate.
func Of(certificate *x509.Certificate) Key {
	return sha256.Sum256(certificate.RawSubjectPublicKeyInfo)
}

// Parse reads "sha256//" and 44 characters of base64, as String writes it, or 64
// hexadecimal digits with or without colons, as browsers show it.
func Parse(text string) (Key, error) {
	var key Key
	text = strings.TrimSpace(text)
	decoded, err := hex.DecodeString(strings.ReplaceAll(text, ":", ""))
	if encoded, found := strings.CutPrefix(text, prefix); found {
		decoded, err = base64.StdEncoding.DecodeString(encoded)
	}
	if err != nil || len(decoded) != len(key) {
		return Key{}, fmt.Errorf("public key %q is neither %s and 44 characters nor 64 hexadecimal digits", text, prefix)
	}
	copy(key[:], decoded)
	return key, nil
}

// String returns "sha256//" and the hash in base64.
func (k Key) String() string { return prefix + base64.StdEncoding.EncodeToString(k[:]) }

// Set reports whether this is a key at all.
func (k Key) Set() bool { return k != Key{} }

// MarshalText writes the key as String does.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads the key as Parse does.
func (k *Key) UnmarshalText(text []byte) (err error) {
	*k, err = Parse(string(text))
	return err
}

// Shown asks the server at HOST:PORT for its key, so that a person can compare it
// and put it on record. It proves nothing by itself.
func Shown(ctx context.Context, address string) (Key, error) {
	dialer := tls.Dialer{Config: &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true, //nolint:gosec // nothing is sent, and the answer is for a person to compare
	}}
	connection, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return Key{}, fmt.Errorf("ask %s for its key: %w", address, err)
	}
	defer connection.Close()
	return Of(connection.(*tls.Conn).ConnectionState().PeerCertificates[0]), nil //nolint:forcetypeassert // as tls.Dialer promises
}

// Mismatch says that the other end showed another key than the pinned one.
type Mismatch struct{ Shown, Pinned Key }

// Error names both keys; they are public.
func (m *Mismatch) Error() string {
	return fmt.Sprintf("the other end shows the public key %s, pinned is %s", m.Shown, m.Pinned)
}

// TLS returns a client's configuration that trusts exactly this key. A handshake
// with any other fails with a *Mismatch.
func (k Key) TLS() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		// The usual verification is replaced, not dropped: the check below runs
		// on every handshake, also on resumed ones, and the handshake itself
		// proves that the other end holds the private key.
		InsecureSkipVerify: true, //nolint:gosec // see above
		VerifyConnection: func(state tls.ConnectionState) error {
			shown := Of(state.PeerCertificates[0]) // a server always shows one, RFC 8446 section 4.4.2
			if subtle.ConstantTimeCompare(shown[:], k[:]) != 1 {
				return &Mismatch{Shown: shown, Pinned: k}
			}
			return nil
		},
	}
}
