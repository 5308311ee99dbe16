// Package escl speaks eSCL 2.x (the protocol of AirScan and Mopria, plain HTTP
// with XML) to network scanners and, through ippusb, to USB ones.
//
// Devices agree on the happy path and on little else, so the client trusts few
// things. Of a job's address it keeps the path only: devices answer with host
// names that do not resolve. The end of a feed is whatever answer is not an
// image, explained by ScannerStatus once the device has come to rest: 404, 409,
// 410 and 500 mean different things to different makers. A job is deleted
// always, also after a crash of this program: it is written down before it is
// asked for, or a dead client would leave the scanner busy.
package escl

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"sesshu/scanner"
	"sesshu/scanner/pin"
)

const protocol = "eSCL"

// Config says where the device is and how patient to be with it.
type Config struct {
	// URL is the device's eSCL root, such as http://192.0.2.7/eSCL.
	URL string
	// TLS is for devices with an https address; nil trusts the system's
	// authorities, which rarely know a scanner: see package pin.
	TLS *tls.Config
	// JobFile remembers the job in hand across a crash of this program. Empty
	// remembers nothing.
	JobFile string
	// BusyPatience is how long to keep asking a device that says that it is
	// busy or warming up. Zero means 60 s.
	BusyPatience time.Duration
	// StallPatience is how long the device may deliver nothing at all while a
	// sheet is due. Zero means 90 s: duplex at 600 dpi is slow.
	StallPatience time.Duration
	// SettlePatience is how long the device may take to say why a feed ended.
	// Zero means 15 s.
	SettlePatience time.Duration
	// Poll is the pause between two questions. Zero means 500 ms.
	Poll   time.Duration
	Logger *slog.Logger // nil discards
}

// Device is one eSCL scanner. It implements scanner.Device.
type Device struct {
	config Config
	root   *url.URL
	client *http.Client
	images *http.Client // for NextDocument alone, see newClients
	jobs   jobFile
	log    *slog.Logger

	mu      sync.Mutex
	feeding bool
}

// New returns the device at an address. It does not talk to it yet.
func New(config Config) (*Device, error) {
	root, err := url.Parse(strings.TrimRight(config.URL, "/"))
	if err != nil {
		return nil, fmt.Errorf("eSCL address: %w", err)
	}
	if root.Host == "" || (root.Scheme != "http" && root.Scheme != "https") {
		return nil, fmt.Errorf("eSCL address %q is not of the form http://HOST/eSCL", config.URL)
	}
	config.BusyPatience = orDefault(config.BusyPatience, 60*time.Second)
	config.StallPatience = orDefault(config.StallPatience, 90*time.Second)
	config.SettlePatience = orDefault(config.SettlePatience, 15*time.Second)
	config.Poll = orDefault(config.Poll, 500*time.Millisecond)
	device := &Device{config: config, root: root, log: config.Logger, jobs: jobFile{path: config.JobFile}}
	device.client, device.images = newClients(config.TLS)
	if device.log == nil {
		device.log = slog.New(slog.DiscardHandler)
	}
	return device, nil
}

// newClients returns the client for questions and the one for images. An image
// is asked for on a fresh connection each time: net/http repeats a GET by
// itself when a kept connection breaks, and NextDocument is a GET that takes a
// sheet out of the stack. Neither uses a proxy: none has any business between
// a station and the scanner beside it.
func newClients(config *tls.Config) (questions, images *http.Client) {
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	questions = &http.Client{CheckRedirect: stay, Transport: &http.Transport{
		TLSClientConfig: config, MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second}}
	images = &http.Client{CheckRedirect: stay, Transport: &http.Transport{
		TLSClientConfig: config, DisableKeepAlives: true, DisableCompression: true}}
	return questions, images
}

func orDefault(value, otherwise time.Duration) time.Duration {
	if value <= 0 {
		return otherwise
	}
	return value
}

// Close frees the connections. It is safe to call twice; a batch in hand must
// be closed first.
func (d *Device) Close() error {
	d.client.CloseIdleConnections()
	d.images.CloseIdleConnections()
	return nil
}

// Capabilities asks the device what it can do.
func (d *Device) Capabilities(ctx context.Context) (scanner.Capabilities, error) {
	can, err := d.capabilities(ctx)
	return can.Capabilities, err
}

func (d *Device) capabilities(ctx context.Context) (capabilities, error) {
	body, err := d.get(ctx, "/ScannerCapabilities")
	if err != nil {
		return capabilities{}, fmt.Errorf("ask for capabilities: %w", err)
	}
	can, err := parseCapabilities(body)
	if err != nil {
		return capabilities{}, fmt.Errorf("ask for capabilities: %w", err)
	}
	return can, nil
}

// status asks for ScannerStatus.
func (d *Device) status(ctx context.Context) (status, error) {
	body, err := d.get(ctx, "/ScannerStatus")
	if err != nil {
		return status{}, fmt.Errorf("ask for status: %w", err)
	}
	answer, err := parseStatus(body)
	if err != nil {
		return status{}, fmt.Errorf("ask for status: %w", err)
	}
	return answer, nil
}

// maxDocument bounds an XML answer; real ones have 5 to 20 KiB.
const maxDocument = 1 << 20

// get fetches one of the device's documents. Asking is safe to repeat, so a
// single refused or broken connection is asked again: devices close idle
// connections without notice.
func (d *Device) get(ctx context.Context, path string) ([]byte, error) {
	var last error
	for range 3 {
		body, status, wait, err := d.getOnce(ctx, path)
		switch {
		case err == nil && status == http.StatusOK:
			return body, nil
		case err == nil && status == http.StatusServiceUnavailable:
			last = &scanner.Fault{Condition: scanner.Busy, Protocol: protocol, Raw: fmt.Sprintf("HTTP %d", status)}
		case err == nil:
			return nil, httpFault(status)
		default:
			last = err
		}
		if err := pause(ctx, d.config.Poll+wait); err != nil {
			return nil, err
		}
	}
	return nil, last
}

func (d *Device) getOnce(ctx context.Context, path string) (body []byte, status int, wait time.Duration, err error) {
	limited, cancel := context.WithTimeout(ctx, d.config.SettlePatience)
	defer cancel()
	response, err := d.request(limited, d.client, http.MethodGet, d.root.Path+path, nil)
	if err != nil {
		if ctx.Err() != nil {
			return nil, 0, 0, ctx.Err()
		}
		return nil, 0, 0, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(io.LimitReader(response.Body, maxDocument))
	if err != nil {
		return nil, 0, 0, unreachable(err)
	}
	return body, response.StatusCode, d.retryAfter(response), nil
}

// retryAfter returns for how long a device asks to be left alone (RFC 9110,
// section 10.2.3), as far as it is believed: a quarter of the patience with a
// busy device, so that a wrong clock does not stop the station for an hour.
func (d *Device) retryAfter(response *http.Response) time.Duration {
	if response.StatusCode != http.StatusServiceUnavailable && response.StatusCode != http.StatusTooManyRequests {
		return 0
	}
	text := response.Header.Get("Retry-After")
	var wait time.Duration
	if seconds, err := strconv.Atoi(text); err == nil {
		wait = time.Duration(min(max(seconds, 0), 3600)) * time.Second
	} else if moment, err := http.ParseTime(text); err == nil {
		wait = max(time.Until(moment), 0)
	}
	return min(wait, d.config.BusyPatience/4)
}

// request sends one request to a path on the device's own host.
func (d *Device) request(ctx context.Context, client *http.Client, method, path string, body io.Reader) (*http.Response, error) {
	target := *d.root
	target.Path, target.RawPath = path, ""
	request, err := http.NewRequestWithContext(ctx, method, target.String(), body)
	if err != nil {
		return nil, fmt.Errorf("build request: %w", err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "text/xml; charset=utf-8")
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, unreachable(err)
	}
	return response, nil
}

func unreachable(err error) error {
	var certificate *tls.CertificateVerificationError
	var mismatch *pin.Mismatch
	if errors.As(err, &mismatch) || errors.As(err, &certificate) {
		return &scanner.Fault{Condition: scanner.Untrusted, Protocol: protocol, Cause: err}
	}
	return &scanner.Fault{Condition: scanner.Unplugged, Protocol: protocol, Cause: err}
}

// httpFault names an HTTP status that comes without a better explanation.
func httpFault(status int) error {
	condition := scanner.Unknown
	switch status {
	case http.StatusServiceUnavailable:
		condition = scanner.Busy
	case http.StatusUnauthorized, http.StatusForbidden:
		condition = scanner.Denied
	case http.StatusBadRequest, http.StatusUnsupportedMediaType:
		condition = scanner.Unsupported
	case http.StatusInsufficientStorage:
		condition = scanner.OutOfMemory
	}
	return &scanner.Fault{Condition: condition, Protocol: protocol, Raw: fmt.Sprintf("HTTP %d", status)}
}

// pause waits, unless the context ends first.
func pause(ctx context.Context, length time.Duration) error {
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
