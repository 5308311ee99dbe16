package review

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"runtime"
	"strconv"

	"github.com/gin-gonic/gin"

	"sesshu/ledger/slip"
)

// fault is an error that a caller can do something about. Its words are the
// texts "fault.CODE" in both languages.
type fault struct {
	status int
	code   string
	retry  int // seconds after which trying again makes sense; 0 for never
}

func (f *fault) Error() string { return f.code }

var (
	errInternal      = &fault{http.StatusInternalServerError, "internal", 0}
	errUnavailable   = &fault{http.StatusServiceUnavailable, "unavailable", 5}
	errStorageFull   = &fault{http.StatusServiceUnavailable, "storage_full", 60}
	errNotFound      = &fault{http.StatusNotFound, "not_found", 0}
	errMethod        = &fault{http.StatusMethodNotAllowed, "method", 0}
	errBadRequest    = &fault{http.StatusBadRequest, "bad_request", 0}
	errFeedRange     = &fault{http.StatusBadRequest, "feed_range", 0}
	errBadHeader     = &fault{http.StatusBadRequest, "bad_header", 0}
	errHashMismatch  = &fault{http.StatusBadRequest, "hash_mismatch", 0}
	errCutShort      = &fault{http.StatusBadRequest, "cut_short", 0}
	errLength        = &fault{http.StatusLengthRequired, "length_required", 0}
	errTooLarge      = &fault{http.StatusRequestEntityTooLarge, "too_large", 0}
	errToken         = &fault{http.StatusUnauthorized, "token", 0}
	errSignedOut     = &fault{http.StatusUnauthorized, "signed_out", 0}
	errPassword      = &fault{http.StatusUnauthorized, "password", 0}
	errForbidden     = &fault{http.StatusForbidden, "forbidden", 0}
	errCertificate   = &fault{http.StatusForbidden, "certificate", 0}
	errCrossOrigin   = &fault{http.StatusForbidden, "cross_origin", 0}
	errTooMany       = &fault{http.StatusTooManyRequests, "too_many", 30}
	errSheetConflict = &fault{http.StatusConflict, "sheet_conflict", 0}
	errNoItem        = &fault{http.StatusNotFound, "no_item", 0}
	errLeased        = &fault{http.StatusConflict, "leased", 0}
	errNotLeased     = &fault{http.StatusConflict, "not_leased", 0}
	errStale         = &fault{http.StatusConflict, "stale", 0}
	errNothingToUndo = &fault{http.StatusConflict, "nothing_to_undo", 0}
	errIncomplete    = &fault{http.StatusConflict, "incomplete", 0}
	errDuplicateDose = &fault{http.StatusConflict, "duplicate_dose", 0}
	errUnchecked     = &fault{http.StatusConflict, "unchecked", 0}
	errBatchCounts   = &fault{http.StatusConflict, "batch_counts", 0}
	errBatchReading  = &fault{http.StatusServiceUnavailable, "batch_reading", 2}
	errDescribed     = &fault{http.StatusConflict, "batch_described", 0}
	errDiscarded     = &fault{http.StatusConflict, "batch_discarded", 0}
	errNoReason      = &fault{http.StatusUnprocessableEntity, "closing_reason", 0}
	errHEIC          = &fault{http.StatusUnsupportedMediaType, "heic", 0}
	errFileType      = &fault{http.StatusUnsupportedMediaType, "file_type", 0}
	errEmptyFile     = &fault{http.StatusUnprocessableEntity, "empty_file", 0}
	errNotShowable   = &fault{http.StatusUnprocessableEntity, "not_showable", 0}
	errValue         = &fault{http.StatusUnprocessableEntity, "value", 0}
)

// problem is an RFC 9457 answer, in both languages.
type problem struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail"`
	DetailJA string `json:"detail_ja"`
}

// fail answers with err and ends the request: the one place where an error
// becomes an HTTP answer. Pages get a page, everything else problem+json. What
// no caller can act on is logged and shown as an internal error only.
func (s *Server) fail(c *gin.Context, err error) {
	known := s.faultOf(err)
	if known.status >= http.StatusInternalServerError {
		s.logger(c).ErrorContext(c.Request.Context(), "request failed", slog.String("route", c.FullPath()), slog.Any("error", err))
	}
	c.Abort()
	header := c.Writer.Header()
	header.Set("Cache-Control", "no-store")
	if known.retry > 0 {
		header.Set("Retry-After", strconv.Itoa(known.retry))
	}
	if known == errToken {
		header.Set("WWW-Authenticate", `Bearer realm="sesshu"`)
	}
	answer := problem{
		Type:     "urn:sesshu:problem:" + known.code,
		Title:    http.StatusText(known.status),
		Status:   known.status,
		Detail:   s.texts.get(english, "fault."+known.code),
		DetailJA: s.texts.get(japanese, "fault."+known.code),
	}
	var refused *slip.ValueError
	if errors.As(err, &refused) {
		answer.Detail, answer.DetailJA = s.texts.get(english, "value."+string(refused.Value))+" "+refused.English, refused.Japanese
	}
	var disagree *slip.CountsError
	if known == errBatchCounts && errors.As(err, &disagree) {
		answer.Detail, answer.DetailJA = disagree.English(), disagree.Japanese()
	}
	if c.GetBool(wantsPage) {
		s.page(c, known.status, "problem", map[string]any{"Problem": answer})
		return
	}
	writeJSON(c.Writer, known.status, "application/problem+json", answer)
}

func (s *Server) faultOf(err error) *fault {
	var known *fault
	if errors.As(err, &known) {
		return known
	}
	var refused *slip.ValueError
	if errors.As(err, &refused) {
		return errValue
	}
	var disagree *slip.CountsError
	if errors.As(err, &disagree) {
		if disagree.Unread() {
			return errBatchReading
		}
		return errBatchCounts
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return errTooLarge
	}
	for _, named := range s.named {
		if errors.Is(err, named.store) {
			return named.fault
		}
	}
	return errInternal
}

type namedFault struct {
	store error
	fault *fault
}

// table pairs the store's errors with their answers, and reports the first one
// that is missing.
func (f Faults) table() ([]namedFault, error) {
	table := []namedFault{
		{f.NotFound, errNotFound}, {f.SheetConflict, errSheetConflict}, {f.HashMismatch, errHashMismatch},
		{f.Truncated, errCutShort}, {f.StorageFull, errStorageFull}, {f.Invalid, errBadRequest},
		{f.NoItem, errNoItem}, {f.Leased, errLeased}, {f.NotLeased, errNotLeased}, {f.Stale, errStale},
		{f.NothingToUndo, errNothingToUndo}, {f.Incomplete, errIncomplete}, {f.DuplicateDose, errDuplicateDose},
		{f.BatchDescribed, errDescribed}, {f.BatchDiscarded, errDiscarded},
	}
	for _, named := range table {
		if named.store == nil {
			return nil, errors.New("review: no error named for " + named.fault.code)
		}
	}
	return table, nil
}

// writeJSON writes one JSON answer. Only a broken connection can make it fail,
// and then there is nobody left to tell.
func writeJSON(w http.ResponseWriter, status int, mediaType string, answer any) {
	text, err := json.Marshal(answer)
	if err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n'))
}

// recovered answers for a handler that panicked. Only runtime errors are
// logged with their text: what else a panic carries may be about a person.
func (s *Server) recovered(c *gin.Context) {
	defer func() {
		reason := recover()
		if reason == nil {
			return
		}
		if reason == http.ErrAbortHandler { //nolint:errorlint // net/http compares it the same way
			panic(reason)
		}
		text := "panic"
		if fault, ok := reason.(runtime.Error); ok {
			text = fault.Error()
		}
		stack := make([]byte, 16<<10)
		stack = stack[:runtime.Stack(stack, false)]
		s.logger(c).ErrorContext(c.Request.Context(), "handler panicked", slog.String("route", c.FullPath()), slog.String("panic", text), slog.String("stack", string(stack)))
		if c.Writer.Written() {
			c.Abort()
			return
		}
		s.fail(c, errInternal)
	}()
	c.Next()
}
