package review_test

import (
	"bytes"
	"context"
	"fmt"
	"image/jpeg"
	"io/fs"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"sesshu/ledger"
	"sesshu/ledger/ledgertest"
	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/review"
	"sesshu/samples"
)

const password = "correct horse battery staple"

// newHash hashes the password cheaply: the tests are not about the cost of
// guessing. Every call gives another hash.
func newHash(t *testing.T) string {
	t.Helper()
	hash, err := argon2id.CreateHash(password, &argon2id.Params{Memory: 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

var covidForm = sync.OnceValues(func() (*form.Form, error) {
	folder, err := fs.Sub(samples.Forms, "forms")
	if err != nil {
		return nil, err
	}
	return form.Load(folder, "covid19-preprinted")
})

// desk is a whole service for one test: real ledger, real HTTP, one known form.
type desk struct {
	t        *testing.T
	store    *ledger.Store
	form     *form.Form
	database string // URL, with the rights of the service
	log      *lockedBuffer
	server   *review.Server
	address  string // host:port, the same over restarts
	stop     func()
	sheets   int

	page     func(file []byte, page int) ([]byte, error)
	later    atomic.Int64 // nanoseconds by which the desk's clock is ahead
	sessions *countedSessions

	tightened atomic.Bool // the service has a notice to give
}

// countedSessions counts how often a session is written.
type countedSessions struct {
	ledger.Sessions
	commits atomic.Int64
}

func (s *countedSessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	s.commits.Add(1)
	return s.Sessions.CommitCtx(ctx, token, data, expiry)
}

func faults() review.Faults {
	return review.Faults{
		NotFound: ledger.ErrNotFound, SheetConflict: ledger.ErrSheetConflict, HashMismatch: ledger.ErrHashMismatch,
		Truncated: ledger.ErrTruncated, StorageFull: ledger.ErrStorageFull, Invalid: ledger.ErrInvalid,
		NoItem: ledger.ErrNoItem, Leased: ledger.ErrLeased, NotLeased: ledger.ErrNotLeased, Stale: ledger.ErrStale,
		NothingToUndo: ledger.ErrNothingToUndo, Incomplete: ledger.ErrIncomplete, DuplicateDose: ledger.ErrDuplicateDose,
		BatchDescribed: ledger.ErrBatchDescribed, BatchDiscarded: ledger.ErrBatchDiscarded,
	}
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	known, err := covidForm()
	if err != nil {
		t.Fatal(err)
	}
	config := ledgertest.Prepare(t)
	d := &desk{t: t, store: ledgertest.Open(t, config), database: config.DatabaseURL, form: known, log: &lockedBuffer{}, address: "127.0.0.1:0", page: showPage}
	d.sessions = &countedSessions{Sessions: d.store.Sessions()}
	d.server, err = review.New(review.Config{
		Store: d.store, Faults: faults(), Sessions: d.sessions, Forms: []*form.Form{known},
		Page: func(file []byte, page int) ([]byte, error) { return d.page(file, page) },
		Notices: func(language string) []string {
			if !d.tightened.Load() {
				return nil
			}
			return []string{map[string]string{"ja": "傾向が <違います>", "en": "the stream <differs>"}[language]}
		},
		Now:    func() time.Time { return time.Now().Add(time.Duration(d.later.Load())) },
		Logger: slog.New(slog.NewJSONHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"hanako", "taro"} {
		d.account(name, slip.RoleReviewer)
	}
	d.start()
	t.Cleanup(func() { d.stop() })
	return d
}

func (d *desk) account(name string, role slip.Role) {
	d.t.Helper()
	person := slip.Account{Name: name, DisplayName: map[string]string{"hanako": "審査 花子", "taro": "審査 太郎"}[name], Role: role, PasswordHash: newHash(d.t)}
	if err := d.store.AddAccount(d.t.Context(), person); err != nil {
		d.t.Fatal(err)
	}
}

// start listens, on the same port as before when there was one.
func (d *desk) start() {
	d.t.Helper()
	listener, err := net.Listen("tcp", d.address)
	if err != nil {
		d.t.Fatal(err)
	}
	d.address = listener.Addr().String()
	ctx, cancel := context.WithCancel(context.WithoutCancel(d.t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- d.server.Run(ctx, listener) }()
	d.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			d.t.Errorf("stop: %v", err)
		}
	})
}

func (d *desk) url(path string) string { return "http://" + d.address + path }

// showPage stands for ocr.Page: the test's sheets are JPEG files of one page.
func showPage(file []byte, page int) ([]byte, error) {
	if _, err := jpeg.DecodeConfig(bytes.NewReader(file)); err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	if page != 1 {
		return nil, fmt.Errorf("no page %d", page)
	}
	return file, nil
}

// lockedBuffer collects the log of a server.
type lockedBuffer struct {
	mutex  sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(text []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.buffer.Write(text)
}

func (b *lockedBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.buffer.String()
}

// entries returns all that is in the ledger.
func (d *desk) entries() []slip.Entry {
	d.t.Helper()
	entries, err := d.store.Entries(d.t.Context(), 0, 100)
	if err != nil {
		d.t.Fatal(err)
	}
	return entries
}

// token makes a bearer token.
func (d *desk) token(name, purpose string) string {
	d.t.Helper()
	secret, err := d.store.AddToken(d.t.Context(), name, purpose)
	if err != nil {
		d.t.Fatal(err)
	}
	return secret
}
