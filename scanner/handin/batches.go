package handin

import (
	"context"
	"net/http"
	"strconv"

	"sesshu/ledger/slip"
)

// Sheets returns what became of the batch's sheets with larger sequences than
// after, ascending, at most 1,000 of them.
func (c *Client) Sheets(ctx context.Context, station, batch string, after int) ([]slip.SheetState, error) {
	var answer struct {
		Sheets []slip.SheetState `json:"sheets"`
	}
	path := batchPath(station, batch) + "/sheets?after=" + strconv.Itoa(after)
	_, err := c.send(ctx, request{method: http.MethodGet, path: path}, &answer)
	return answer.Sheets, err
}
