package review

import (
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"sesshu/ledger/slip"
)

// Keys of what earlier handlers leave in a request's gin context.
const (
	wantsPage    = "review.page"    // bool: errors are shown as a page
	requestKey   = "review.request" // string: the request's id
	accountKey   = "review.account" // slip.Account: who is signed in
	tokenNameKey = "review.token"   // string: whose bearer token it was
)

// policy forbids everything a page of the desk does not need. There is no
// inline script or style, and no frame.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// headers sets what every answer carries. Answers are about people unless a
// handler knows better, so nothing may be kept by default.
func (s *Server) headers(c *gin.Context) {
	header := c.Writer.Header()
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "DENY")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	header.Set("Cache-Control", "no-store")
	if s.secure {
		header.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// asPage marks a route whose errors people see.
func asPage(c *gin.Context) { c.Set(wantsPage, true) }

// observed gives the request an id, then counts and logs it by its route. The
// address itself is not logged: people can type anything there.
func (s *Server) observed(c *gin.Context) {
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails, see crypto/rand
	id := hex.EncodeToString(random[:])
	c.Set(requestKey, id)
	c.Header("X-Request-Id", id)
	begin := time.Now()
	c.Next()
	route, status, took := c.FullPath(), c.Writer.Status(), time.Since(begin)
	if route == "" {
		route = "none"
	}
	s.durations.WithLabelValues(route, method(c.Request.Method), strconv.Itoa(status)).Observe(took.Seconds())
	s.logger(c).DebugContext(c.Request.Context(), "request", slog.String("method", method(c.Request.Method)), slog.String("route", route), slog.Int("status", status), slog.Int64("ms", took.Milliseconds()))
}

// method folds methods that nobody uses into one label.
func method(name string) string {
	switch name {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut:
		return name
	}
	return "other"
}

// logger writes lines that carry the request's id.
func (s *Server) logger(c *gin.Context) *slog.Logger {
	return s.log.With(slog.String("request", c.GetString(requestKey)))
}

// bearer lets requests pass that show a token for this purpose.
func (s *Server) bearer(purpose string) gin.HandlerFunc {
	return func(c *gin.Context) {
		scheme, secret, _ := strings.Cut(c.GetHeader("Authorization"), " ")
		if !strings.EqualFold(scheme, "Bearer") || secret == "" {
			s.fail(c, errToken)
			return
		}
		name, granted, err := s.store.Token(c.Request.Context(), secret)
		switch {
		case err != nil && s.faultOf(err) == errNotFound:
			s.fail(c, errToken)
		case err != nil:
			s.fail(c, s.passing(err))
		case granted != purpose:
			s.fail(c, errForbidden)
		default:
			c.Set(tokenNameKey, name)
		}
	}
}

// ownStation keeps a station to its own batches: its token's name is the
// station's, and so is its certificate's where stations need one.
func (s *Server) ownStation(c *gin.Context) {
	switch station := c.Param("station"); {
	case station != c.GetString(tokenNameKey), station == slip.DeskStation: // the desk's own sheets come from people
		s.fail(c, errForbidden)
	case s.certify && !certified(c.Request.TLS, station):
		s.fail(c, errCertificate)
	}
}

// certified reports whether a connection's other end proved, by a certificate
// that the listener verified, that it has this name.
func certified(connection *tls.ConnectionState, name string) bool {
	if connection == nil || len(connection.VerifiedChains) == 0 {
		return false
	}
	leaf := connection.VerifiedChains[0][0]
	return leaf.Subject.CommonName == name || slices.Contains(leaf.DNSNames, name)
}

// sameOrigin refuses requests that another site's page sent through a person's
// browser.
func (s *Server) sameOrigin(guard *http.CrossOriginProtection) gin.HandlerFunc {
	return func(c *gin.Context) {
		if guard.Check(c.Request) != nil {
			s.fail(c, errCrossOrigin)
		}
	}
}

// passing marks a failure that no table knows as one that may be gone in a
// moment: the caller keeps what it has and tries again.
func (s *Server) passing(err error) error {
	if s.faultOf(err) != errInternal {
		return err
	}
	return &passingError{err}
}

type passingError struct{ cause error }

func (e *passingError) Error() string { return e.cause.Error() }

func (e *passingError) Unwrap() []error { return []error{errUnavailable, e.cause} }
