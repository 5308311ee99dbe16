package review

import (
	"context"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"sesshu/ledger/slip"
)

// Batches tells stations and people what became of what was handed in, and takes
// what a station knows of it.
type Batches interface {
	// CloseBatchAtDesk closes a batch that no station will close; the account
	// answers for it with its name and a reason.
	CloseBatchAtDesk(ctx context.Context, station, batch, account, reason string) (slip.BatchCount, error)
	DescribeBatch(ctx context.Context, station, batch string, description slip.BatchDescription) error
	// Batches returns the accounts of the batches opened last, newest first.
	Batches(ctx context.Context, limit int) ([]slip.BatchCount, error)
	// Sheets returns at most 1,000 states of sheets with larger sequences than
	// after, ascending.
	Sheets(ctx context.Context, station, batch string, after int) ([]slip.SheetState, error)
}

// sheetStates answers with what became of a batch's sheets: those behind the
// sequence that the query names, or from the first.
func (s *Server) sheetStates(c *gin.Context) {
	station, batch, err := batchOf(c)
	if err != nil {
		s.fail(c, err)
		return
	}
	after := 0
	if text := c.Query("after"); text != "" {
		if after, err = strconv.Atoi(text); err != nil || after < 0 {
			s.fail(c, errBadRequest)
			return
		}
	}
	states, err := s.store.Sheets(c.Request.Context(), station, batch, min(after, maxSequence))
	if err != nil {
		s.fail(c, s.passing(err))
		return
	}
	if states == nil {
		states = []slip.SheetState{}
	}
	writeJSON(c.Writer, http.StatusOK, "application/json", map[string]any{"sheets": states})
}
