package handin

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"sesshu/scanner"
	"sesshu/scanner/pin"
	"sesshu/scanner/station"
)

// What keeps a station from talking to its service at all. All of them are
// repeated: a person can mend them, and the spool keeps the sheets until then.
var (
	// ErrUntrusted: the server's certificate is not the one on record, or nobody
	// vouches for it. Nothing was sent.
	ErrUntrusted = errors.New("the server is not known to be the right one")
	// ErrStranger: what answers at this address is not the service: a log-in
	// page of the network, a proxy, another program.
	ErrStranger = errors.New("something else answers at the service's address")
)

// Fault is one of these, or station.ErrUnauthorized, with words for the
// operator. errors.Is tells which.
type Fault struct {
	kind  error
	words scanner.Words
	cause error
}

// Error joins the kind and the cause.
func (f *Fault) Error() string { return f.kind.Error() + ": " + f.cause.Error() }

// Unwrap makes both visible.
func (f *Fault) Unwrap() []error { return []error{f.kind, f.cause} }

// Words says to the operator what happened, what to compare and whom to ask.
func (f *Fault) Words() scanner.Words { return f.words }

// encrypted makes the client's TLS configuration. It returns nil for a service
// on this same machine, reached without TLS.
func (c *Config) encrypted(root *url.URL) (*tls.Config, error) {
	if root.Scheme != "https" {
		if c.ServerPin != "" || c.Certificate != "" || c.TLS != nil {
			return nil, fmt.Errorf("service address %s is not encrypted, so its key cannot be checked: use https", root)
		}
		if !loopback(root.Hostname()) {
			return nil, fmt.Errorf("service address %s is not encrypted: slips and the token would travel open; use https", root)
		}
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.TLS != nil {
		config = c.TLS.Clone()
	}
	if c.ServerPin != "" {
		key, err := pin.Parse(c.ServerPin)
		if err != nil {
			return nil, fmt.Errorf("server pin: %w", err)
		}
		pinned := key.TLS()
		config.InsecureSkipVerify, config.VerifyConnection = pinned.InsecureSkipVerify, pinned.VerifyConnection
	}
	if (c.Certificate == "") != (c.Key == "") {
		return nil, errors.New("a station's certificate needs its key, and a key its certificate")
	}
	if c.Certificate != "" {
		pair, err := tls.LoadX509KeyPair(c.Certificate, c.Key)
		if err != nil {
			return nil, fmt.Errorf("station's certificate: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

func loopback(host string) bool {
	address := net.ParseIP(host)
	return host == "localhost" || address != nil && address.IsLoopback()
}

// unreached names an error that came instead of an answer.
func (c *Client) unreached(err error) error {
	var mismatch *pin.Mismatch
	var unverified *tls.CertificateVerificationError
	var operation *net.OpError
	var record tls.RecordHeaderError
	switch host := c.root.Host; {
	case errors.As(err, &mismatch):
		return &Fault{ErrUntrusted, mismatchWords(host, mismatch), err}
	case errors.As(err, &unverified):
		return &Fault{ErrUntrusted, unverifiedWords(host, unverified), err}
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &record):
		return &Fault{ErrStranger, strangerWords(host), err}
	case errors.As(err, &operation) && operation.Op == "remote error":
		return &Fault{station.ErrUnauthorized, scanner.Words{
			Japanese: host + " がこのステーションの証明書を受け付けません。用紙はこの端末に保存されています。証明書の設定と有効期限を確かめ、管理者に連絡してください。",
			English:  host + " does not accept this station's certificate. The sheets are kept on this station. Check the certificate's setting and dates, and tell the administrator.",
		}, err}
	}
	return fmt.Errorf("reach the service: %w", err)
}

// stranger names an answer that the service never gives.
func (c *Client) stranger(got answer) error {
	return &Fault{ErrStranger, strangerWords(c.root.Host),
		fmt.Errorf("HTTP %d with %q", got.status, got.mediaType)}
}

func mismatchWords(host string, keys *pin.Mismatch) scanner.Words {
	return scanner.Words{
		Japanese: fmt.Sprintf("%s は登録されたものと違う鍵を示しました。何も送っていません。用紙はこの端末に保存されています。示された鍵: %s 登録された鍵: %s サーバーを入れ替えたかどうかを管理者に確かめ、サーバーの起動時に表示される鍵と同じ場合だけ、設定の鍵を書き換えてください。",
			host, keys.Shown, keys.Pinned),
		English: fmt.Sprintf("%s shows another key than the one on record. Nothing was sent. The sheets are kept on this station. Shown: %s On record: %s Ask the administrator whether the server was replaced, and change the pinned key only if it is the one that the server prints when it starts.",
			host, keys.Shown, keys.Pinned),
	}
}

func unverifiedWords(host string, refused *tls.CertificateVerificationError) scanner.Words {
	var invalid x509.CertificateInvalidError
	if errors.As(refused, &invalid) && invalid.Reason == x509.Expired {
		return scanner.Words{
			Japanese: host + " の証明書は、この端末の時計では有効期間の外です。この端末の日付と時刻を確かめてください。正しければ管理者に連絡してください。何も送っていません。用紙はこの端末に保存されています。",
			English:  "By this station's clock, the certificate of " + host + " is not valid. Check this station's date and time; if they are right, tell the administrator. Nothing was sent. The sheets are kept on this station.",
		}
	}
	shown := "?"
	if len(refused.UnverifiedCertificates) > 0 {
		shown = pin.Of(refused.UnverifiedCertificates[0]).String()
	}
	return scanner.Words{
		Japanese: fmt.Sprintf("%s の証明書を確かめられません。何も送っていません。用紙はこの端末に保存されています。示された鍵: %s サーバーの起動時に表示される鍵と見比べ、同じ場合だけ設定(サーバーの鍵)に登録してください。違う場合は管理者に連絡してください。", host, shown),
		English:  fmt.Sprintf("The certificate of %s cannot be checked. Nothing was sent. The sheets are kept on this station. Key shown: %s Compare it with the key that the server prints when it starts; put it into the configuration (server pin) only if they are the same, and tell the administrator if not.", host, shown),
	}
}

func strangerWords(host string) scanner.Words {
	return scanner.Words{
		Japanese: host + " で応答しているのは Sesshu ではありません。ネットワークのログイン画面やプロキシがはさまっているか、アドレスが違います。用紙はこの端末に保存されています。ブラウザーでこのアドレスを開いて確かめ、管理者に連絡してください。",
		English:  "What answers at " + host + " is not Sesshu: a log-in page of the network, a proxy, or the address is wrong. The sheets are kept on this station. Open the address in a browser to see, and tell the administrator.",
	}
}
