package review

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"sesshu/ledger/slip"
)

// Uploads takes in the files that people hand in at the desk, and says what
// became of them.
type Uploads interface {
	StoreUpload(ctx context.Context, upload slip.Upload, file io.Reader) (sheet slip.SheetID, stored bool, err error)
	Uploads(ctx context.Context, account string, ids []string) ([]slip.UploadState, error)
	RecentUploads(ctx context.Context, account, batch string, limit int) ([]slip.UploadState, error)
}

const (
	uploadsShown = 200 // of a day, on the upload page
	uploadsAsked = 200 // in one question for outcomes
	fileNameMost = 255 // characters
)

var uploadID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// uploadPage is where files are dropped.
func (s *Server) uploadPage(c *gin.Context) {
	s.page(c, http.StatusOK, "upload", map[string]any{"Limit": sheetLimit})
}

// cameraPage is where slips are photographed; the only page that may use the
// camera.
func (s *Server) cameraPage(c *gin.Context) {
	c.Header("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
	s.page(c, http.StatusOK, "camera", map[string]any{"Limit": sheetLimit})
}

// storeUpload takes in one file. The browser makes up the upload's id and sends
// the same id until it has an answer, so that a request that is repeated is
// stored once.
func (s *Server) storeUpload(c *gin.Context) {
	ctx, person := c.Request.Context(), account(c)
	upload := slip.Upload{ID: c.Param("upload"), Account: person.Name, At: s.now().UTC()}
	upload.Batch = deskBatch(person.Name, upload.At)
	upload.FileName = fileName(c.GetHeader("Sesshu-File-Name"))
	if !uploadID.MatchString(upload.ID) {
		s.fail(c, errBadRequest)
		return
	}
	content, err := s.uploaded(c)
	if err == nil {
		upload.MediaType, err = fileType(content)
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	upload.SHA256 = slip.HashOf(content)
	// No deed without a trace: what cannot be logged is not stored.
	if err := s.store.LogAccess(ctx, person.Name, "upload", "sheet:"+upload.SHA256.String()); err != nil {
		s.fail(c, s.passing(err))
		return
	}
	sheet, stored, err := s.store.StoreUpload(ctx, upload, bytes.NewReader(content))
	if err != nil {
		s.fail(c, s.passing(err))
		return
	}
	status := http.StatusOK
	if stored {
		status = http.StatusCreated
		s.logger(c).InfoContext(ctx, "file handed in at the desk", slog.String("sheet", sheet.String()), slog.Int("bytes", len(content)))
	}
	states, err := s.store.Uploads(ctx, person.Name, []string{upload.ID})
	if err == nil && len(states) != 1 {
		err = errNotFound
	}
	if err != nil {
		s.fail(c, s.passing(err))
		return
	}
	writeJSON(c.Writer, status, "application/json", s.uploadView(language(c), states[0], false))
}

// uploaded reads the whole file of a request; a few at a time, for the memory
// they take.
func (s *Server) uploaded(c *gin.Context) ([]byte, error) {
	switch length := c.Request.ContentLength; {
	case length < 0:
		return nil, errLength
	case length > sheetLimit:
		return nil, errTooLarge
	}
	select {
	case s.uploading <- struct{}{}:
		defer func() { <-s.uploading }()
	case <-c.Request.Context().Done():
		return nil, errUnavailable
	}
	body := &sizedReader{reader: http.MaxBytesReader(c.Writer, c.Request.Body, sheetLimit)}
	content, err := io.ReadAll(body)
	if body.cut(c.Request.ContentLength) {
		return nil, errors.Join(errCutShort, err)
	}
	return content, err
}

// outcomes answers what became of some of the person's uploads, without a word
// of what stands on them. The upload page asks by itself again and again.
func (s *Server) outcomes(c *gin.Context) {
	var asked struct {
		IDs []string `json:"ids"`
	}
	if err := readJSON(c, &asked); err != nil || len(asked.IDs) > uploadsAsked {
		s.fail(c, errBadRequest)
		return
	}
	s.answerUploads(c, func(ctx context.Context, name string) ([]slip.UploadState, error) {
		return s.store.Uploads(ctx, name, asked.IDs)
	})
}

// recent answers with the person's uploads of this day.
func (s *Server) recent(c *gin.Context) {
	s.answerUploads(c, func(ctx context.Context, name string) ([]slip.UploadState, error) {
		return s.store.RecentUploads(ctx, name, deskBatch(name, s.now()), uploadsShown)
	})
}

func (s *Server) answerUploads(c *gin.Context, load func(ctx context.Context, name string) ([]slip.UploadState, error)) {
	states, err := load(c.Request.Context(), account(c).Name)
	if err != nil {
		s.fail(c, s.passing(err))
		return
	}
	shown := make([]uploadView, len(states))
	for i, state := range states {
		shown[i] = s.uploadView(language(c), state, false)
	}
	writeJSON(c.Writer, http.StatusOK, "application/json", map[string]any{"uploads": shown})
}

// upload answers what became of one upload and, once it is read, what stands on
// it: for the person who has the paper in hand.
func (s *Server) upload(c *gin.Context) {
	state, err := s.ownUpload(c, c.Param("upload"))
	if err == nil && state.State != slip.SheetWaiting {
		err = s.store.LogAccess(c.Request.Context(), account(c).Name, "reading", "sheet:"+state.Sheet.SHA256.String())
	}
	if err != nil {
		s.fail(c, s.passing(err))
		return
	}
	writeJSON(c.Writer, http.StatusOK, "application/json", s.uploadView(language(c), state, true))
}

// ownUpload finds an upload of the person who asks.
func (s *Server) ownUpload(c *gin.Context, id string) (slip.UploadState, error) {
	if !uploadID.MatchString(id) {
		return slip.UploadState{}, errNotFound
	}
	states, err := s.store.Uploads(c.Request.Context(), account(c).Name, []string{id})
	if err != nil {
		return slip.UploadState{}, err
	}
	if len(states) != 1 {
		return slip.UploadState{}, errNotFound
	}
	return states[0], nil
}

// japan is where the desk's days begin and end.
var japan = time.FixedZone("JST", 9*60*60)

// deskBatch is the batch of what one person hands in on one day.
func deskBatch(name string, at time.Time) string {
	return at.In(japan).Format(time.DateOnly) + "." + name
}

// fileName reads a file's name out of a header: percent-encoded UTF-8. What no
// screen shows is dropped; a name that cannot be read is no name.
func fileName(header string) string {
	name, err := url.PathUnescape(header)
	if err != nil || !utf8.ValidString(name) {
		return ""
	}
	name = strings.Map(func(letter rune) rune {
		if unicode.IsControl(letter) || unicode.Is(unicode.Cf, letter) {
			return -1
		}
		return letter
	}, name)
	if letters := []rune(name); len(letters) > fileNameMost {
		// The end of a name tells more than its middle: it has the kind of file.
		name = string(letters[:fileNameMost-21]) + "…" + string(letters[len(letters)-20:])
	}
	return name
}
