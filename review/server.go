// Package review is the web face of Sesshu: the desk at which people answer
// doubtful fields, the door through which stations hand sheets in, and the feed
// from which others read the ledger.
//
// # Who comes in, and how
//
//   - People sign in with a personal account and hold a session kept in the
//     store; the browser has a random token in a cookie and nothing else.
//   - Stations and consumers show a bearer token for their purpose.
//   - /livez, /readyz and /metrics are open and say nothing about anybody.
//
// Sheets come in by hand too: files that a signed-in person drops, and slips
// photographed with a tablet. They are sheets of the station "desk", in a batch
// for each person and day, and take the same way from there on.
//
// Requests from other origins that would change something are refused, whatever
// cookie they carry. No answer about a person may be cached, and no address, log
// line, metric or error text holds a value of a slip.
//
// # What the desk promises its people
//
// Every answer is stored the moment it is given, with the version that the
// person saw. A page that shows "saved" has it stored; one that shows anything
// else keeps the text and tries again. Neither a lost network, nor a session
// that ran out, nor a reload loses what was typed.
package review

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
)

// Config is what the desk needs. Store, Faults, Sessions and Page must be set.
type Config struct {
	Store    Store
	Faults   Faults
	Sessions scs.CtxStore // keeps sessions, by the hash of their token
	// Page turns one page of a scanned file, in any format the readers know,
	// into a JPEG of the same pixels. Pages count from 1.
	Page func(file []byte, page int) ([]byte, error)
	// Validate brings a typed text into the form in which it enters the ledger;
	// its errors are *slip.ValueError. slip.Normalise when nil.
	Validate func(value slip.Value, text string) (string, error)
	Forms    []*form.Form     // for titles, order and places of values
	Logger   *slog.Logger     // slog.Default() when nil
	Now      func() time.Time // time.Now when nil
	Secure   bool             // people reach the desk over HTTPS: mark cookies so

	// Notices are what the service has to say of itself though it is ready, such
	// as a policy that was tightened, in one language: for /readyz and the home
	// page. Nil for none.
	Notices    func(language string) []string
	Collectors []prometheus.Collector // further metrics, which say nothing about anybody
	// StationCertificates wants of every station, besides its token, a verified
	// certificate that carries its name: a token that was copied off a station
	// is then of no use, and a lost station is still locked out by its token.
	StationCertificates bool
}

const (
	idleLimit    = 30 * time.Minute // a session ends after this time without a deed
	sessionLimit = 12 * time.Hour   // and after this in any case
	stopLimit    = 15 * time.Second // for running requests when the service stops
	sheetLimit   = 64 << 20         // bytes of one sheet
)

// Server answers requests. New makes one; it starts nothing by itself.
type Server struct {
	store    Store
	named    []namedFault
	sessions *scs.SessionManager
	pageJPEG func(file []byte, page int) ([]byte, error)
	validate func(value slip.Value, text string) (string, error)
	forms    map[string]*form.Form
	log      *slog.Logger
	now      func() time.Time
	secure   bool
	certify  bool // stations need a certificate

	texts     texts
	templates *template.Template
	assets    map[string]asset
	registry  *prometheus.Registry
	notices   func(language string) []string
	durations *prometheus.HistogramVec
	byAccount *attempts
	byAddress *attempts
	hashing   chan struct{} // bounds the memory of password checks
	decoding  chan struct{} // bounds the memory of page images
	uploading chan struct{} // bounds the memory of files while they come in
	handler   http.Handler
}

// New checks the configuration and lays out the routes.
func New(config Config) (*Server, error) {
	if config.Store == nil || config.Sessions == nil || config.Page == nil {
		return nil, errors.New("review: store, sessions and page are required")
	}
	s := &Server{
		store: config.Store, pageJPEG: config.Page, validate: config.Validate, forms: map[string]*form.Form{},
		log: config.Logger, now: config.Now, secure: config.Secure, certify: config.StationCertificates,
		hashing: make(chan struct{}, 2), decoding: make(chan struct{}, 2), uploading: make(chan struct{}, 4),
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.validate == nil {
		s.validate = slip.Normalise
	}
	for _, known := range config.Forms {
		s.forms[known.Name] = known
	}
	var err error
	if s.named, err = config.Faults.table(); err != nil {
		return nil, err
	}
	if s.texts, err = loadTexts(); err != nil {
		return nil, err
	}
	if s.templates, err = loadTemplates(); err != nil {
		return nil, err
	}
	if s.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	s.sessions = newSessions(config.Sessions, config.Secure)
	s.byAccount = newAttempts(s.now, time.Minute, 5)
	s.byAddress = newAttempts(s.now, 10*time.Second, 30)
	s.notices = config.Notices
	if s.notices == nil {
		s.notices = func(string) []string { return nil }
	}
	s.measure(config.Collectors)
	if s.handler, err = s.routes(); err != nil {
		return nil, err
	}
	return s, nil
}

// Handler returns the whole desk as one handler.
func (s *Server) Handler() http.Handler { return s.handler }

// Run answers on listener until ctx ends, then lets running requests finish for
// a while. It closes the listener. It returns nil after an ordered stop.
func (s *Server) Run(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       5 * time.Minute, // a sheet over a slow line
		WriteTimeout:      5 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	stopped := make(chan error, 1)
	go func() { stopped <- server.Serve(listener) }()
	select {
	case err := <-stopped:
		return fmt.Errorf("serve desk: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	err := server.Shutdown(grace)
	if err != nil {
		err = errors.Join(err, server.Close())
	}
	if served := <-stopped; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	if err != nil {
		return fmt.Errorf("stop desk: %w", err)
	}
	return nil
}

// routes lays out every address of the desk.
func (s *Server) routes() (http.Handler, error) {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.HandleMethodNotAllowed = true
	engine.RedirectTrailingSlash = false
	if err := engine.SetTrustedProxies(nil); err != nil {
		return nil, fmt.Errorf("review: trust no proxy: %w", err)
	}
	engine.Use(s.observed, s.recovered, s.headers, s.sameOrigin(http.NewCrossOriginProtection()))
	engine.NoRoute(func(c *gin.Context) {
		c.Set(wantsPage, strings.Contains(c.GetHeader("Accept"), "text/html")) // a person's browser
		s.fail(c, errNotFound)
	})
	engine.NoMethod(func(c *gin.Context) { s.fail(c, errMethod) })

	engine.GET("/livez", s.live)
	engine.GET("/readyz", s.ready)
	engine.GET("/metrics", s.metrics())
	engine.GET("/assets/:name", s.asset)

	station := engine.Group("/v1/stations/:station/batches/:batch", s.bearer("station"), s.ownStation)
	station.PUT("", s.openBatch)
	station.GET("", s.batch)
	station.POST("/close", s.closeBatch)
	station.PUT("/sheets/:sequence", s.storeSheet)
	station.GET("/sheets", s.sheetStates)
	station.PUT("/description", s.describeBatch)
	station.PUT("/discard", s.discardBatch)

	feed := engine.Group("/v1/entries", s.bearer("feed"))
	feed.GET("", s.entries)
	feed.GET("/:sequence", s.evidence)

	images := engine.Group("/v1/sheets/:hash", s.signedIn(false))
	images.GET("/image", s.image)
	images.GET("/pages/:page", s.pageImage)

	engine.GET("/sign-in", asPage, s.signInPage)
	engine.POST("/sign-in", s.formed, s.signIn)
	engine.POST("/sign-out", asPage, s.signOut)
	engine.POST("/language", asPage, s.formed, s.setLanguage)

	// What a page does by itself, such as looking at the queue again and
	// renewing a lease, must not keep a session alive at which nobody sits.
	engine.GET("/", asPage, s.signedIn(false), s.home)
	engine.GET("/batches", asPage, s.signedIn(false), s.batchesPage)
	engine.GET("/batches/:station/:batch", asPage, s.signedIn(false), s.batchPage)
	engine.POST("/batches/:station/:batch/close", asPage, s.signedIn(true), s.administering, s.formed, s.closeAtDesk)
	engine.POST("/items/:item/lease", s.signedIn(false), s.answering, s.lease)

	pages := engine.Group("/", asPage, s.signedIn(true), s.answering)
	pages.POST("/start", s.start)
	pages.GET("/items/:item", s.item)
	pages.GET("/upload", s.uploadPage)
	pages.GET("/camera", s.cameraPage)
	deeds := engine.Group("/items", s.signedIn(true), s.answering)
	deeds.POST("/next", s.next)
	deeds.GET("/:item/state", s.state)
	deeds.POST("/:item/release", s.release)
	deeds.POST("/:item/answers", s.answer)
	deeds.POST("/:item/undo", s.undo)
	deeds.POST("/:item/confirm", s.confirm)
	deeds.POST("/:item/rejection", s.reject)

	engine.PUT("/uploads/:upload", s.signedIn(true), s.answering, s.storeUpload)
	engine.POST("/uploads/:upload/retake", s.signedIn(true), s.answering, s.retake)
	uploads := engine.Group("/uploads", s.signedIn(false), s.answering)
	uploads.GET("", s.recent)
	uploads.GET("/:upload", s.upload)
	uploads.POST("/outcomes", s.outcomes)

	return engine, nil
}
