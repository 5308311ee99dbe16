package handin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
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

// DescribeBatch tells the service whose slips a batch holds. What is left empty
// stays as it was.
func (c *Client) DescribeBatch(ctx context.Context, station, batch string, description slip.BatchDescription) error {
	var count slip.BatchCount
	return c.tell(ctx, http.MethodPut, batchPath(station, batch)+"/description", description, &count)
}

// CloseBatchAs closes a batch and returns the service's account of it. When the
// counts disagree the service refuses, unless a person answers for it in the
// closing; the refusal's words name the counts.
func (c *Client) CloseBatchAs(ctx context.Context, station, batch string, closing slip.Closing) (slip.BatchCount, error) {
	var count slip.BatchCount
	err := c.tell(ctx, http.MethodPost, batchPath(station, batch)+"/close", closing, &count)
	return count, err
}

// DiscardBatch tells the service that a batch was thrown away before it was
// handed in.
func (c *Client) DiscardBatch(ctx context.Context, station, batch string, declared *int, discard slip.Discard) error {
	var count slip.BatchCount
	err := c.tell(ctx, http.MethodPut, batchPath(station, batch)+"/discard", struct {
		Declared *int `json:"declared"`
		slip.Discard
	}{declared, discard}, &count)
	if err == nil && (count.Discard == nil || !count.Discard.Same(discard)) {
		return errors.New("the service answers without the discarded batch")
	}
	return err
}

// tell sends a JSON object and decodes the answer.
func (c *Client) tell(ctx context.Context, method, path string, what, answer any) error {
	body, err := json.Marshal(what)
	if err != nil {
		return fmt.Errorf("encode request: %w", err)
	}
	_, err = c.send(ctx, request{method: method, path: path, mediaType: "application/json",
		body: bytes.NewReader(body), length: int64(len(body))}, answer)
	return err
}
