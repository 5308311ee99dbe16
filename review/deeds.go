package review

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"sesshu/ledger/slip"
)

// deed is what the slip page posts: the version it shows, and what to do.
type deed struct {
	Version int        `json:"version"`
	Value   slip.Value `json:"value,omitempty"`
	Text    string     `json:"text,omitempty"`
	Reason  string     `json:"reason,omitempty"`

	Checked []slip.Reason `json:"checked,omitempty"` // of the slip as a whole, which the person ticked
}

// readDeed reads the item and the deed of a request; it answers by itself when
// it returns false.
func (s *Server) readDeed(c *gin.Context) (int64, deed, bool) {
	var done deed
	id, ok := itemID(c)
	if !ok {
		s.fail(c, errNotFound)
		return 0, done, false
	}
	if err := readJSON(c, &done); err != nil {
		s.fail(c, err)
		return 0, done, false
	}
	return id, done, true
}

// next takes and shows the first slip after the one that is left, so that PageDown walks
// through the queue; at its end it begins again.
func (s *Server) next(c *gin.Context) {
	var from struct {
		After int64 `json:"after"`
	}
	if err := readJSON(c, &from); err != nil {
		s.fail(c, err)
		return
	}
	ctx, name := c.Request.Context(), account(c).Name
	item, err := s.store.LeaseNext(ctx, name, from.After)
	if err != nil && from.After > 0 && s.faultOf(err) == errNoItem {
		item, err = s.store.LeaseNext(ctx, name, 0)
	}
	if err == nil {
		err = s.store.LogAccess(ctx, name, "review", itemObject(item.ID))
	}
	s.answerItem(c, item, err)
}

// state answers with the slip as the store has it now. It needs no lease, so the
// look is logged as every other is.
func (s *Server) state(c *gin.Context) {
	id, ok := itemID(c)
	if !ok {
		s.fail(c, errNotFound)
		return
	}
	ctx := c.Request.Context()
	item, err := s.store.ReviewItem(ctx, id)
	if err == nil {
		err = s.store.LogAccess(ctx, account(c).Name, "review", itemObject(id))
	}
	s.answerItem(c, item, err)
}

func (s *Server) answerItem(c *gin.Context, item slip.ReviewItem, err error) {
	if err != nil {
		s.fail(c, s.passing(err))
		return
	}
	shown, err := s.slipView(c, item)
	if err != nil {
		s.fail(c, s.passing(err))
		return
	}
	writeJSON(c.Writer, http.StatusOK, "application/json", shown)
}

func (s *Server) lease(c *gin.Context) {
	id, ok := itemID(c)
	if !ok {
		s.fail(c, errNotFound)
		return
	}
	item, err := s.store.Lease(c.Request.Context(), id, account(c).Name)
	if err != nil {
		s.fail(c, s.passing(err))
		return
	}
	writeJSON(c.Writer, http.StatusOK, "application/json", map[string]int{"version": item.Version})
}

func (s *Server) release(c *gin.Context) {
	id, ok := itemID(c)
	if !ok {
		s.fail(c, errNotFound)
		return
	}
	if err := s.store.Release(c.Request.Context(), id, account(c).Name); err != nil {
		s.fail(c, s.passing(err))
		return
	}
	c.Status(http.StatusNoContent)
}

// answer stores one value that a person gave.
func (s *Server) answer(c *gin.Context) {
	id, done, ok := s.readDeed(c)
	if !ok {
		return
	}
	if !slices.Contains(slip.Values(), done.Value) || len(done.Text) > 400 {
		s.fail(c, errBadRequest)
		return
	}
	ctx := c.Request.Context()
	text, err := s.answerText(ctx, id, done)
	if err != nil {
		s.fail(c, s.passing(err))
		return
	}
	item, err := s.store.Answer(ctx, id, done.Version, account(c).Name, done.Value, text)
	s.answerItem(c, item, err)
}

// answerText checks and normalises what was typed. Nothing at all is an answer
// too, that nothing is there, for a value the slip can do without.
func (s *Server) answerText(ctx context.Context, id int64, done deed) (string, error) {
	if strings.TrimSpace(done.Text) != "" {
		return s.validate(done.Value, done.Text)
	}
	item, err := s.store.ReviewItem(ctx, id)
	if err != nil {
		return "", err
	}
	if field, read := item.Decision.Fields[done.Value]; !read || field.Required {
		return s.validate(done.Value, "")
	}
	return "", nil
}

func (s *Server) undo(c *gin.Context) {
	id, done, ok := s.readDeed(c)
	if !ok {
		return
	}
	item, err := s.store.Undo(c.Request.Context(), id, done.Version, account(c).Name)
	s.answerItem(c, item, err)
}

// confirm enters the slip in the ledger, once every reason of the slip as a
// whole that still stands was checked by name.
func (s *Server) confirm(c *gin.Context) {
	id, done, ok := s.readDeed(c)
	if !ok {
		return
	}
	if err := s.checked(c.Request.Context(), id, account(c).Name, done); err != nil {
		s.fail(c, s.passing(err))
		return
	}
	entry, err := s.store.Confirm(c.Request.Context(), id, done.Version, account(c).Name)
	if err != nil {
		s.fail(c, s.passing(err))
		return
	}
	s.logger(c).InfoContext(c.Request.Context(), "slip confirmed", slog.Int64("item", id), slog.Int64("entry", entry.Sequence), slog.String("account", account(c).Name))
	writeJSON(c.Writer, http.StatusOK, "application/json", map[string]int64{"sequence": entry.Sequence})
}

// reject ends an item without an entry. The answer carries the new version, with
// which the person can take it back.
func (s *Server) reject(c *gin.Context) {
	id, done, ok := s.readDeed(c)
	if !ok {
		return
	}
	if !slices.Contains(rejectReasons, done.Reason) {
		s.fail(c, errBadRequest)
		return
	}
	ctx := c.Request.Context()
	if err := s.store.Reject(ctx, id, done.Version, account(c).Name, done.Reason); err != nil {
		s.fail(c, s.passing(err))
		return
	}
	item, err := s.store.ReviewItem(ctx, id)
	if err != nil {
		s.fail(c, s.passing(err))
		return
	}
	s.logger(c).InfoContext(ctx, "slip rejected", slog.Int64("item", id), slog.String("account", account(c).Name))
	writeJSON(c.Writer, http.StatusOK, "application/json", map[string]int{"version": item.Version})
}
