package verify

import (
	"context"
	"errors"
	"io"

	"sesshu/ledger/slip"
)

// ImageStore is where the originals are.
type ImageStore interface {
	Open(ctx context.Context, hash slip.Hash) (io.ReadSeekCloser, error)
}

// Report is what Check found.
type Report struct {
	Batches  int      `json:"batches"`
	Sheets   int      `json:"sheets"`
	Waiting  int      `json:"waiting"`
	Accepted int      `json:"accepted"`
	Review   int      `json:"review"`
	Rejected int      `json:"rejected"`
	Entries  int      `json:"entries"`
	Images   int      `json:"images"`
	Problems []string `json:"problems"`
}

func Check(ctx context.Context, databaseURL string, images ImageStore) (Report, error) {
	return Report{}, errors.ErrUnsupported
}
