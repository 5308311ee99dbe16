package review

import (
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"sesshu/ledger/slip"
)

// batchesShown is how many batches the list shows.
const batchesShown = 200

// batchName is what the batches that are in the ledger may be called: more than
// a station may hand in under, for the desk's own batches are named after a day
// and an account.
const batchName = `[\p{L}\p{N}][\p{L}\p{N}._@-]{0,99}`

var shownName = regexp.MustCompile(`^` + batchName + `$`)

// shownBatch returns the station and batch of a page's address.
func shownBatch(c *gin.Context) (station, batch string, err error) {
	station, batch = c.Param("station"), c.Param("batch")
	if !shownName.MatchString(station) || !shownName.MatchString(batch) {
		return "", "", errNotFound
	}
	return station, batch, nil
}

// batchView is one batch as its pages show it.
type batchView struct {
	slip.BatchCount
	Opened, Closed string // in Japan's time; Closed is empty for an open batch
	Whole          bool   // nothing is declared, or as many slips came in
	Settled        bool   // closed, and nothing waits for a reader or a person
	ThrownAway     string // when its station discarded it, in Japan's time; empty for any other
}

func viewBatch(count slip.BatchCount) batchView {
	shown := batchView{
		BatchCount: count, Opened: minute(count.OpenedAt),
		Whole: count.Declared == nil || *count.Declared == count.Slips(),
	}
	if count.Discard != nil {
		shown.ThrownAway = minute(count.Discard.At)
		if count.Discarded() { // the person who did it answers for its paper
			shown.Whole, shown.Fed = true, &count.Discard.Sheets
		}
	}
	if count.ClosedAt != nil {
		shown.Closed = minute(*count.ClosedAt)
		shown.Settled = count.Waiting == 0 && count.Review == 0
	}
	return shown
}

// minute writes a time as the office's clock shows it.
func minute(at time.Time) string { return at.In(japan).Format("2006-01-02 15:04") }

// batchesPage lists the batches opened last, newest first, each with its
// account.
func (s *Server) batchesPage(c *gin.Context) {
	counts, err := s.store.Batches(c.Request.Context(), batchesShown)
	if err != nil {
		s.fail(c, err)
		return
	}
	rows := make([]batchView, len(counts))
	for i, count := range counts {
		rows[i] = viewBatch(count)
	}
	s.page(c, http.StatusOK, "batches", map[string]any{"Rows": rows})
}

// batchPage is one batch's report, for the screen and for paper: its account,
// and the sheets that need a word. Administrators can close a batch there that
// no station will close.
func (s *Server) batchPage(c *gin.Context) {
	station, batch, err := shownBatch(c)
	if err != nil {
		s.fail(c, err)
		return
	}
	s.showBatch(c, station, batch, http.StatusOK, closingForm{})
}

// closingForm is the form for closing a batch at the desk, as it comes back to a
// person who has to mend it.
type closingForm struct {
	Shown  bool   // the person may close the batch, and nobody has
	Reason string // as it was typed
	Fault  string // the key of the words that say what is wrong; empty at first
}

func (s *Server) showBatch(c *gin.Context, station, batch string, status int, closing closingForm) {
	ctx := c.Request.Context()
	count, err := s.store.Batch(ctx, station, batch)
	if err != nil {
		s.fail(c, err)
		return
	}
	var notable []slip.SheetState
	for after := 0; after >= 0; {
		states, err := s.store.Sheets(ctx, station, batch, after)
		if err != nil {
			s.fail(c, err)
			return
		}
		after = -1
		for _, state := range states {
			after = state.Sequence
			if state.State != slip.SheetAccepted || state.Duplicate || state.Imprint == slip.ImprintOther {
				notable = append(notable, state)
			}
		}
	}
	if err := s.store.LogAccess(ctx, account(c).Name, "batch", "batch:"+station+"/"+batch); err != nil {
		s.fail(c, err)
		return
	}
	closing.Shown = account(c).Role == slip.RoleAdministrator && count.ClosedAt == nil && !count.Discarded()
	s.page(c, status, "batch", map[string]any{
		"Batch": viewBatch(count), "Sheets": notable, "Printed": minute(s.now()), "Closing": closing,
	})
}

// closeAtDesk closes a batch that no station will close: its station is gone or
// stuck, or it came in by upload or camera. An administrator answers for it.
func (s *Server) closeAtDesk(c *gin.Context) {
	station, batch, err := shownBatch(c)
	if err != nil {
		s.fail(c, err)
		return
	}
	// A browser sends two characters for the end of a line that it counts as one.
	reason := strings.TrimSpace(strings.ReplaceAll(c.PostForm("reason"), "\r\n", "\n"))
	if reason == "" || utf8.RuneCountInString(reason) > slip.LongestReason {
		s.showBatch(c, station, batch, errNoReason.status, closingForm{Reason: reason, Fault: "fault." + errNoReason.code})
		return
	}
	ctx, name := c.Request.Context(), account(c).Name
	if _, err := s.store.CloseBatchAtDesk(ctx, station, batch, name, reason); err != nil {
		s.fail(c, s.passing(err))
		return
	}
	s.logger(c).InfoContext(ctx, "batch closed at the desk", slog.String("batch", station+"/"+batch), slog.String("account", name))
	c.Redirect(http.StatusSeeOther, "/batches/"+url.PathEscape(station)+"/"+url.PathEscape(batch))
}
