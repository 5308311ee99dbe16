package review

import (
	"context"
	"log/slog"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"sesshu/ledger/slip"
)

// retake says that an upload is another picture of the paper of an earlier one.
// When the new one can be read as a slip, and as no other slip, the earlier one
// is rejected in the person's name, so that nobody is asked twice for one paper.
// Otherwise both stay as they are.
func (s *Server) retake(c *gin.Context) {
	var body struct {
		Earlier string `json:"earlier"`
	}
	if err := readJSON(c, &body); err != nil {
		s.fail(c, err)
		return
	}
	later, err := s.ownUpload(c, c.Param("upload"))
	if err != nil {
		s.fail(c, s.passing(err))
		return
	}
	earlier, err := s.ownUpload(c, body.Earlier)
	if err != nil {
		s.fail(c, s.passing(err))
		return
	}
	replaced := false
	if sameSlip(earlier, later) {
		reason := "duplicate"
		if isSamePaper(later.Pages[0]) {
			// Of two pictures of one paper the ledger lets the first one stand,
			// unless a person finds it wanting; then the second one counts.
			reason = "unreadable"
		}
		if replaced, err = s.rejectEarlier(c.Request.Context(), account(c).Name, earlier.Pages[0].Item, reason); err != nil {
			s.fail(c, s.passing(err))
			return
		}
	}
	if replaced {
		s.logger(c).InfoContext(c.Request.Context(), "picture taken again", slog.String("sheet", later.Sheet.String()),
			slog.Int64("rejected", earlier.Pages[0].Item), slog.String("account", account(c).Name))
	}
	writeJSON(c.Writer, http.StatusOK, "application/json", map[string]bool{"replaced": replaced})
}

// sameSlip reports whether the later picture can stand for the earlier one: both
// are single pages, the later one was read as a slip, the earlier one still
// waits for a person, and nothing was read that tells them apart.
func sameSlip(earlier, later slip.UploadState) bool {
	if len(earlier.Pages) != 1 || len(later.Pages) != 1 || earlier.Sheet.SheetID == later.Sheet.SheetID {
		return false
	}
	before, after := earlier.Pages[0], later.Pages[0]
	if before.ItemState != slip.ReviewWaiting || pageState(after) == slip.SheetRejected && !isSamePaper(after) ||
		after.Reading.Registration.Form == "" || len(after.Reading.Faults) > 0 {
		return false
	}
	for _, value := range []slip.Value{slip.TicketNumber, slip.ReferenceNumber} {
		if a, b := before.Decision.Fields[value].Value, after.Decision.Fields[value].Value; a != "" && b != "" && a != b {
			return false
		}
	}
	return true
}

// isSamePaper reports whether the machine found that the page is of a paper that
// an earlier sheet stands for, and asks nobody.
func isSamePaper(page slip.UploadPage) bool {
	return page.ItemState == "" && slices.Contains(page.Decision.Reasons, slip.ReasonSamePaper)
}

// rejectEarlier rejects an item that nobody else works on. It reports false when
// somebody does, or was faster.
func (s *Server) rejectEarlier(ctx context.Context, name string, id int64, reason string) (bool, error) {
	item, err := s.store.Lease(ctx, id, name)
	if err == nil {
		err = s.store.Reject(ctx, id, item.Version, name, reason)
	}
	if err != nil {
		switch s.faultOf(err) {
		case errLeased, errNotLeased, errStale:
			return false, nil
		}
		return false, err
	}
	return true, nil
}
