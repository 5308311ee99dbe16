package review

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"sesshu/ledger/slip"
)

const (
	feedDefault = 100  // entries in one answer when the consumer does not say
	feedMost    = 1000 // and at most
)

// entries answers with the ledger's entries after a sequence (0 or more; 0 when
// it is left out), in order, at most limit of them (1 to feedMost). The same
// question always gets the same beginning of an answer: entries never change.
// A limit beyond the most is refused: cut down in silence it would look to a
// consumer like the feed's end. Which entries a consumer got is logged, as the
// first and the last: their numbers have no gaps.
func (s *Server) entries(c *gin.Context) {
	after, ok := number(c.DefaultQuery("after", "0"), 0)
	limit, fine := number(c.DefaultQuery("limit", strconv.Itoa(feedDefault)), 1)
	if !ok || !fine || limit > feedMost {
		s.fail(c, errFeedRange)
		return
	}
	ctx := c.Request.Context()
	entries, err := s.store.Entries(ctx, after, int(limit))
	if err != nil {
		s.fail(c, s.passing(err))
		return
	}
	if entries == nil {
		entries = []slip.Entry{}
	}
	next := after
	if len(entries) > 0 { // who asks in vain, again and again, has seen nothing
		next = entries[len(entries)-1].Sequence
		shown := fmt.Sprintf("entries:%d-%d", entries[0].Sequence, next)
		if err := s.store.LogAccess(ctx, "token:"+c.GetString(tokenNameKey), "feed", shown); err != nil {
			s.fail(c, s.passing(err))
			return
		}
	}
	writeJSON(c.Writer, http.StatusOK, "application/json", map[string]any{"entries": entries, "next": next})
}

// evidence answers with one entry and everything that led to it.
func (s *Server) evidence(c *gin.Context) {
	sequence, ok := number(c.Param("sequence"), 1)
	if !ok {
		s.fail(c, errNotFound)
		return
	}
	ctx := c.Request.Context()
	if err := s.store.LogAccess(ctx, "token:"+c.GetString(tokenNameKey), "evidence", "entry:"+strconv.FormatInt(sequence, 10)); err != nil {
		s.fail(c, s.passing(err))
		return
	}
	evidence, err := s.store.Evidence(ctx, sequence)
	if err != nil {
		s.fail(c, s.passing(err))
		return
	}
	writeJSON(c.Writer, http.StatusOK, "application/json", evidence)
}

// number reads a decimal number that is not below least.
func number(text string, least int64) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n >= least
}

// image answers with the scanner's own bytes. Browsers show JPEG and PNG; the
// rest they save.
func (s *Server) image(c *gin.Context) {
	file, ok := s.openImage(c)
	if !ok {
		return
	}
	defer file.Close()
	var start [512]byte
	read, err := io.ReadFull(file, start[:])
	if err != nil && read == 0 && err != io.EOF {
		s.fail(c, err)
		return
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		s.fail(c, err)
		return
	}
	mediaType := http.DetectContentType(start[:read])
	header := c.Writer.Header()
	switch mediaType {
	case "image/jpeg", "image/png":
		header.Set("Content-Type", mediaType)
	default:
		header.Set("Content-Type", "application/octet-stream")
		header.Set("Content-Disposition", `attachment; filename="`+c.Param("hash")+`"`)
	}
	if _, err := io.Copy(c.Writer, file); err != nil {
		s.logger(c).DebugContext(c.Request.Context(), "image not sent whole", slog.Any("error", err))
	}
}

// pageImage answers with one page of a scanned file as a JPEG that a browser can
// show, pixel for pixel the image that all boxes and quads speak of.
func (s *Server) pageImage(c *gin.Context) {
	page, ok := number(c.Param("page"), 1)
	if !ok || page > 10_000 {
		s.fail(c, errNotFound)
		return
	}
	file, ok := s.openImage(c)
	if !ok {
		return
	}
	content, err := io.ReadAll(io.LimitReader(file, sheetLimit))
	file.Close()
	if err != nil {
		s.fail(c, err)
		return
	}
	select {
	case s.decoding <- struct{}{}:
		defer func() { <-s.decoding }()
	case <-c.Request.Context().Done():
		c.Abort()
		return
	}
	picture, err := s.pageJPEG(content, int(page))
	if err != nil {
		s.logger(c).InfoContext(c.Request.Context(), "page cannot be shown", slog.Any("error", err))
		s.fail(c, errNotShowable)
		return
	}
	c.Data(http.StatusOK, "image/jpeg", picture)
}

// openImage opens the image of an address and logs the look. It answers by
// itself when it returns false.
func (s *Server) openImage(c *gin.Context) (io.ReadSeekCloser, bool) {
	hash, err := slip.ParseHash(c.Param("hash"))
	if err != nil {
		s.fail(c, errNotFound)
		return nil, false
	}
	ctx := c.Request.Context()
	file, err := s.store.Image(ctx, hash)
	if err != nil {
		s.fail(c, err)
		return nil, false
	}
	// No look without a trace: what cannot be logged is not shown.
	if err := s.store.LogAccess(ctx, account(c).Name, "image", "sheet:"+hash.String()); err != nil {
		file.Close()
		s.fail(c, err)
		return nil, false
	}
	return file, true
}
