package review

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"sesshu/ledger/slip"
)

// The bytes a station may hand in. What is inside them is the reader's finding,
// not the door's.
var sheetTypes = []string{"image/jpeg", "image/png", "image/tiff", "application/pdf", "application/octet-stream"}

// maxSequence bounds the place of a sheet in its batch; no feeder is so deep.
const maxSequence = 1_000_000

// longestImprint bounds what an endorser prints, characters.
const longestImprint = 100

var placeName = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$`)

// batchOf returns the station and batch of an address at which a station hands
// in; see also shownBatch.
func batchOf(c *gin.Context) (station, batch string, err error) {
	station, batch = c.Param("station"), c.Param("batch")
	if !placeName.MatchString(station) || !placeName.MatchString(batch) {
		return "", "", errBadRequest
	}
	return station, batch, nil
}

// openBatch answers 201 for a new batch and 200 for one that was open before.
func (s *Server) openBatch(c *gin.Context) {
	station, batch, err := batchOf(c)
	if err != nil {
		s.fail(c, err)
		return
	}
	var body struct {
		Declared *int `json:"declared"`
	}
	if err := readJSON(c, &body); err != nil || body.Declared != nil && *body.Declared < 0 {
		s.fail(c, errBadRequest)
		return
	}
	ctx := c.Request.Context()
	status := http.StatusOK
	_, err = s.store.Batch(ctx, station, batch)
	if err != nil {
		if s.faultOf(err) != errNotFound {
			s.fail(c, s.passing(err))
			return
		}
		status = http.StatusCreated
	}
	if err := s.store.OpenBatch(ctx, station, batch, body.Declared); err != nil {
		s.fail(c, s.passing(err))
		return
	}
	s.answerCount(c, status, s.store.Batch)
}

func (s *Server) batch(c *gin.Context) { s.answerCount(c, http.StatusOK, s.store.Batch) }

// closeBatch closes a batch when its counts agree or a person answers for the
// difference. The body may be left out.
func (s *Server) closeBatch(c *gin.Context) {
	var closing slip.Closing
	if c.Request.ContentLength != 0 {
		err := readJSON(c, &closing)
		bad := closing.Fed != nil && *closing.Fed < 0 ||
			utf8.RuneCountInString(closing.Person) > slip.LongestPerson || utf8.RuneCountInString(closing.Reason) > slip.LongestReason
		if err != nil || bad {
			s.fail(c, errBadRequest)
			return
		}
	}
	closing.Person, closing.Reason = strings.TrimSpace(closing.Person), strings.TrimSpace(closing.Reason)
	s.answerCount(c, http.StatusOK, func(ctx context.Context, station, batch string) (slip.BatchCount, error) {
		return s.store.CloseBatch(ctx, station, batch, closing)
	})
}

// describeBatch notes whose slips a batch holds.
func (s *Server) describeBatch(c *gin.Context) {
	station, batch, err := batchOf(c)
	if err != nil {
		s.fail(c, err)
		return
	}
	var description slip.BatchDescription
	if err := readJSON(c, &description); err != nil || description.Validate() != nil {
		s.fail(c, errBadRequest)
		return
	}
	if err := s.store.DescribeBatch(c.Request.Context(), station, batch, description); err != nil {
		s.fail(c, s.passing(err))
		return
	}
	s.answerCount(c, http.StatusOK, s.store.Batch)
}

// discardBatch notes that the station threw a batch away before it was handed in.
func (s *Server) discardBatch(c *gin.Context) {
	station, batch, err := batchOf(c)
	if err != nil {
		s.fail(c, err)
		return
	}
	var body struct {
		Declared *int `json:"declared"`
		slip.Discard
	}
	if err := readJSON(c, &body); err != nil || body.Validate() != nil || body.Declared != nil && *body.Declared < 0 {
		s.fail(c, errBadRequest)
		return
	}
	body.Person, body.Reason = strings.TrimSpace(body.Person), strings.TrimSpace(body.Reason)
	if err := s.store.DiscardBatch(c.Request.Context(), station, batch, body.Declared, body.Discard); err != nil {
		s.fail(c, s.passing(err))
		return
	}
	s.answerCount(c, http.StatusOK, s.store.Batch)
}

type countFunc = func(ctx context.Context, station, batch string) (slip.BatchCount, error)

func (s *Server) answerCount(c *gin.Context, status int, count countFunc) {
	station, batch, err := batchOf(c)
	if err != nil {
		s.fail(c, err)
		return
	}
	counts, err := count(c.Request.Context(), station, batch)
	if err != nil {
		s.fail(c, s.passing(err))
		return
	}
	writeJSON(c.Writer, status, "application/json", counts)
}

// storeSheet streams one sheet into the store. It answers only when the sheet is
// durable; the station forgets it after that.
func (s *Server) storeSheet(c *gin.Context) {
	sheet, err := sheetOf(c)
	if err != nil {
		s.fail(c, err)
		return
	}
	body := &sizedReader{reader: http.MaxBytesReader(c.Writer, c.Request.Body, sheetLimit)}
	stored, err := s.store.StoreSheet(c.Request.Context(), sheet, body)
	switch {
	case body.cut(sheet.Bytes):
		s.fail(c, errors.Join(errCutShort, err))
		return
	case err != nil:
		s.fail(c, s.passing(err))
		return
	}
	status := http.StatusOK
	if stored {
		status = http.StatusCreated
		s.logger(c).InfoContext(c.Request.Context(), "sheet stored", slog.String("sheet", sheet.String()), slog.Int64("bytes", sheet.Bytes))
	}
	writeJSON(c.Writer, status, "application/json", map[string]any{
		"station": sheet.Station, "batch": sheet.Batch, "sequence": sheet.Sequence, "sha256": sheet.SHA256, "stored": stored,
	})
}

// sheetOf reads what a request says of its sheet.
func sheetOf(c *gin.Context) (slip.Sheet, error) {
	station, batch, err := batchOf(c)
	if err != nil {
		return slip.Sheet{}, err
	}
	sequence, err := strconv.Atoi(c.Param("sequence"))
	if err != nil || sequence < 1 || sequence > maxSequence {
		return slip.Sheet{}, errBadRequest
	}
	if c.Request.ContentLength < 0 {
		return slip.Sheet{}, errLength
	}
	if c.Request.ContentLength > sheetLimit {
		return slip.Sheet{}, errTooLarge
	}
	hash, err := slip.ParseHash(c.GetHeader("Sesshu-SHA256"))
	if err != nil {
		return slip.Sheet{}, errors.Join(errBadHeader, err)
	}
	captured, err := time.Parse(time.RFC3339, c.GetHeader("Sesshu-Captured-At"))
	if err != nil {
		return slip.Sheet{}, errBadHeader
	}
	dpi, err := strconv.Atoi(c.GetHeader("Sesshu-DPI"))
	if err != nil || dpi < 0 || dpi > 10_000 {
		return slip.Sheet{}, errBadHeader
	}
	imprint := c.GetHeader("Sesshu-Imprint")
	if len(imprint) > longestImprint || strings.ContainsFunc(imprint, func(r rune) bool { return r < ' ' || r > '~' }) {
		return slip.Sheet{}, errBadHeader
	}
	mediaType, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || !slices.Contains(sheetTypes, mediaType) {
		return slip.Sheet{}, errBadHeader
	}
	return slip.Sheet{
		SheetID: slip.SheetID{Station: station, Batch: batch, Sequence: sequence},
		SHA256:  hash, Bytes: c.Request.ContentLength, MediaType: mediaType, CapturedAt: captured.UTC(), DPI: dpi, Imprint: imprint,
	}, nil
}

// sizedReader counts the bytes that came and remembers whether the connection
// broke, so that a cut body is not mistaken for a wrong hash.
type sizedReader struct {
	reader io.Reader
	count  int64
	broken bool
}

func (r *sizedReader) Read(buffer []byte) (int, error) {
	n, err := r.reader.Read(buffer)
	r.count += int64(n)
	var tooLarge *http.MaxBytesError
	if err != nil && err != io.EOF && !errors.As(err, &tooLarge) {
		r.broken = true
	}
	return n, err
}

func (r *sizedReader) cut(announced int64) bool { return r.broken && r.count < announced }
