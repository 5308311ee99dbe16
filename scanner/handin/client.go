// Package handin is the station's side of the hand-in API: it sends batches and
// sheets to the service over HTTP. Every request is safe to repeat, and
// repeating is the station's business: a request is sent once here, and its
// error says whether sending it again can help.
package handin

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"sesshu/ledger/slip"
)

// Config says where the service is.
type Config struct {
	URL   string // the service's root, such as https://sesshu.example
	Token string // the station's secret; sent as a bearer token
	// ServerPin is the server's public key, as the service prints it when it
	// starts (see package pin). Exactly this key is trusted. Empty trusts the
	// system's authorities, or those of TLS.
	ServerPin string
	// Certificate and Key are PEM files by which the station proves who it is to
	// a service that wants more than the token.
	Certificate, Key string
	// TLS is for a service whose certificate an authority of its own vouches
	// for; nil trusts the system's authorities.
	TLS *tls.Config
	// Timeout bounds one request. Zero means 2 minutes.
	Timeout time.Duration
}

// Client hands in over HTTP. It satisfies station.Intake and may be used from
// several goroutines.
type Client struct {
	root   *url.URL
	token  string
	client *http.Client
}

// New returns a client. It does not talk to the service yet.
func New(config Config) (*Client, error) {
	root, err := url.Parse(strings.TrimRight(config.URL, "/"))
	if err != nil {
		return nil, fmt.Errorf("service address: %w", err)
	}
	if root.Host == "" || (root.Scheme != "http" && root.Scheme != "https") {
		return nil, fmt.Errorf("service address %q is not of the form https://HOST", config.URL)
	}
	if config.Token == "" {
		return nil, errors.New("service needs the station's token")
	}
	if config.Timeout <= 0 {
		config.Timeout = 2 * time.Minute
	}
	encrypted, err := config.encrypted(root)
	if err != nil {
		return nil, err
	}
	return &Client{root: root, token: config.Token, client: &http.Client{
		Timeout: config.Timeout,
		// A redirect would carry the token to somebody else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{TLSClientConfig: encrypted, MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second, ForceAttemptHTTP2: true},
	}}, nil
}

// Close frees the connections. It is safe to call twice.
func (c *Client) Close() error {
	c.client.CloseIdleConnections()
	return nil
}

// OpenBatch tells the service of a batch; declared is nil when unknown.
func (c *Client) OpenBatch(ctx context.Context, station, batch string, declared *int) error {
	body, err := json.Marshal(struct {
		Declared *int `json:"declared"`
	}{declared})
	if err != nil {
		return fmt.Errorf("open batch: %w", err)
	}
	request := request{method: http.MethodPut, path: batchPath(station, batch), mediaType: "application/json",
		body: bytes.NewReader(body), length: int64(len(body))}
	var count slip.BatchCount
	got, err := c.send(ctx, request, &count)
	if err == nil && (count.Station != station || count.Batch != batch) {
		return c.stranger(got)
	}
	return err
}

// StoreSheet sends one sheet. It returns whether the service stored it now; it
// had it before otherwise. The image must be as long as the sheet says.
func (c *Client) StoreSheet(ctx context.Context, sheet slip.Sheet, image io.Reader) (stored bool, err error) {
	header := http.Header{}
	header.Set("Sesshu-SHA256", sheet.SHA256.String())
	header.Set("Sesshu-Captured-At", sheet.CapturedAt.UTC().Format(time.RFC3339Nano))
	header.Set("Sesshu-DPI", strconv.Itoa(sheet.DPI))
	if sheet.Imprint != "" {
		header.Set("Sesshu-Imprint", sheet.Imprint)
	}
	request := request{method: http.MethodPut, path: batchPath(sheet.Station, sheet.Batch) + "/sheets/" + strconv.Itoa(sheet.Sequence),
		mediaType: sheet.MediaType, header: header, body: image, length: sheet.Bytes}
	// The station forgets a sheet on this answer, so the answer must prove that
	// it is about this sheet: a network's log-in page says 200, too.
	var receipt struct {
		SHA256 slip.Hash `json:"sha256"`
	}
	got, err := c.send(ctx, request, &receipt)
	if err == nil && receipt.SHA256 != sheet.SHA256 {
		return false, c.stranger(got)
	}
	return err == nil && got.status == http.StatusCreated, err
}

// CloseBatch closes a batch and returns the service's account of it.
func (c *Client) CloseBatch(ctx context.Context, station, batch string) (slip.BatchCount, error) {
	var count slip.BatchCount
	_, err := c.send(ctx, request{method: http.MethodPost, path: batchPath(station, batch) + "/close"}, &count)
	return count, err
}

// Batch returns the service's account of a batch.
func (c *Client) Batch(ctx context.Context, station, batch string) (slip.BatchCount, error) {
	var count slip.BatchCount
	_, err := c.send(ctx, request{method: http.MethodGet, path: batchPath(station, batch)}, &count)
	return count, err
}

func batchPath(station, batch string) string {
	return "/v1/stations/" + url.PathEscape(station) + "/batches/" + url.PathEscape(batch)
}

// request is what differs between the calls.
type request struct {
	method, path string
	mediaType    string
	header       http.Header
	body         io.Reader
	length       int64
}

// maxAnswer bounds what is read of an answer.
const maxAnswer = 1 << 20

// answer is what is left of a response when its body has been read.
type answer struct {
	status    int
	mediaType string
	header    http.Header
}

func answerOf(response *http.Response) answer {
	mediaType, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil {
		mediaType = response.Header.Get("Content-Type")
	}
	return answer{status: response.StatusCode, mediaType: mediaType, header: response.Header}
}

// send sends a request and decodes a good answer into result, when one is wanted.
func (c *Client) send(ctx context.Context, request request, result any) (answer, error) {
	// NopCloser and ContentLength keep net/http from guessing either.
	body := io.Reader(http.NoBody)
	if request.length > 0 {
		body = io.NopCloser(request.body)
	}
	outgoing, err := http.NewRequestWithContext(ctx, request.method, c.root.String()+request.path, body)
	if err != nil {
		return answer{}, fmt.Errorf("build request: %w", err)
	}
	outgoing.ContentLength = request.length
	for name, values := range request.header {
		outgoing.Header[name] = values
	}
	if request.mediaType != "" {
		outgoing.Header.Set("Content-Type", request.mediaType)
	}
	outgoing.Header.Set("Authorization", "Bearer "+c.token)
	outgoing.Header.Set("Accept", "application/json, application/problem+json")
	response, err := c.client.Do(outgoing)
	if err != nil {
		return answer{}, c.unreached(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return answer{}, fmt.Errorf("read the service's answer: %w", err)
	}
	got := answerOf(response)
	if got.status != http.StatusOK && got.status != http.StatusCreated {
		return got, c.problemOf(got, text)
	}
	if got.mediaType != "application/json" || result != nil && json.Unmarshal(text, result) != nil {
		return got, c.stranger(got)
	}
	return got, nil
}
