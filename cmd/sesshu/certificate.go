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
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"sesshu/scanner/pin"
)

// encryption is how the desk and the API are reached.
type encryption struct {
	TLS            bool   `name:"tls" help:"Answer over HTTPS, with a certificate made in the state directory unless --tls-certificate names one." env:"SESSHU_TLS"`
	TLSCertificate string `name:"tls-certificate" help:"Certificate of the desk and the API, PEM, with its chain." env:"SESSHU_TLS_CERTIFICATE" type:"existingfile"`
	TLSKey         string `name:"tls-key" help:"Its private key, PEM." env:"SESSHU_TLS_KEY" type:"existingfile"`
	StationCA      string `name:"station-ca" help:"Authority of the stations' certificates, PEM. With it a station must show, besides its token, a certificate that carries its name." env:"SESSHU_STATION_CA" type:"existingfile"`
}

// on reports whether the desk answers over HTTPS.
func (e encryption) on() bool { return e.TLS || e.TLSCertificate != "" }

// config returns nil when the desk answers without TLS.
func (e encryption) config(stateDir string) (*tls.Config, error) {
	if (e.TLSCertificate == "") != (e.TLSKey == "") {
		return nil, errors.New("--tls-certificate and --tls-key go together")
	}
	if !e.on() {
		if e.StationCA != "" {
			return nil, errors.New("--station-ca needs --tls or --tls-certificate")
		}
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
	certificate, key := e.TLSCertificate, e.TLSKey
	if certificate == "" {
		certificate = filepath.Join(stateDir, ownCertificate)
		key = certificate
		if err := renewCertificate(certificate, time.Now()); err != nil {
			return nil, err
		}
	}
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		return nil, fmt.Errorf("load the certificate %s: %w", certificate, err)
	}
	config.Certificates = []tls.Certificate{pair}
	if e.StationCA != "" {
		text, err := os.ReadFile(e.StationCA)
		if err != nil {
			return nil, fmt.Errorf("read the stations' authority: %w", err)
		}
		config.ClientCAs = x509.NewCertPool()
		if !config.ClientCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s holds no certificate", e.StationCA)
		}
		// People and ledger consumers have none; who needs one is decided by
		// the route.
		config.ClientAuth = tls.VerifyClientCertIfGiven
	}
	return config, nil
}

// ownCertificate is the file, in the state directory, of the certificate that
// the program made for itself, with its key.
const ownCertificate = "tls.pem"

// certificateLife is how long an own certificate holds, and certificateRenewal
// how long before its end it is made anew, for the same key: stations pin the
// key and do not notice.
const (
	certificateLife    = 5 * 365 * 24 * time.Hour
	certificateRenewal = 90 * 24 * time.Hour
)

// renewCertificate makes the file, or a new certificate in it when the old one
// is about to end. The key stays the same for ever.
func renewCertificate(path string, now time.Time) error {
	var key *ecdsa.PrivateKey
	pair, err := tls.LoadX509KeyPair(path, path)
	switch {
	case err == nil && now.Before(pair.Leaf.NotAfter.Add(-certificateRenewal)):
		return nil
	case err == nil:
		var known bool
		if key, known = pair.PrivateKey.(*ecdsa.PrivateKey); !known {
			return fmt.Errorf("%s holds a key that was not made here", path)
		}
	case errors.Is(err, fs.ErrNotExist):
		if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			return fmt.Errorf("make a key: %w", err)
		}
	default:
		// Not made anew: every station would have to be told.
		return fmt.Errorf("load the own certificate: %w", err)
	}
	text, err := signOwn(key, now)
	if err != nil {
		return fmt.Errorf("make a certificate: %w", err)
	}
	if err := replaceFile(path, text); err != nil {
		return fmt.Errorf("keep the certificate: %w", err)
	}
	return nil
}

// signOwn returns a certificate for this machine and its key, as PEM.
func signOwn(key *ecdsa.PrivateKey, now time.Time) ([]byte, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: host, Organization: []string{"Sesshu"}},
		NotBefore:    now.Add(-24 * time.Hour), // for clocks that are a little behind
		NotAfter:     now.Add(certificateLife),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     []string{host, "localhost"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	for _, address := range addresses {
		if network, ok := address.(*net.IPNet); ok && network.IP.IsGlobalUnicast() {
			template.IPAddresses = append(template.IPAddresses, network.IP)
		}
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})...), nil
}

// replaceFile writes a file that only its owner may read, whole or not at all.
func replaceFile(path string, text []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), ".tls-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name()) // fails after the rename, and may
	_, err = temporary.Write(text)
	if err = errors.Join(err, temporary.Sync(), temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}

// publicKey returns the key of the certificate in a file; the zero key when the
// file is not there.
func publicKey(path string) (pin.Key, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return pin.Key{}, nil
	}
	if err != nil {
		return pin.Key{}, fmt.Errorf("read certificate: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "CERTIFICATE" {
		return pin.Key{}, fmt.Errorf("%s does not begin with a certificate", path)
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return pin.Key{}, fmt.Errorf("read certificate %s: %w", path, err)
	}
	return pin.Of(certificate), nil
}
