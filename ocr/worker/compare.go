package worker

import (
	"context"
	"errors"
	"slices"

	"sesshu/ledger/slip"
	"sesshu/ocr/paper"
)

// Scan is one page of a file and how it lies there.
type Scan struct {
	File         []byte
	Page         int // counted from 1
	Registration slip.Registration
}

// Compare tells whether two pages are the same piece of paper. ErrCrashed means
// that a process died on them.
func (p *Pool) Compare(ctx context.Context, first, second Scan) (paper.Verdict, error) {
	files := slices.Concat(first.File, second.File)
	reply, err := p.do(ctx, request{
		Act: actCompare, Bytes: len(files), Split: len(first.File),
		First:  &pageScan{first.Page, first.Registration},
		Second: &pageScan{second.Page, second.Registration},
	}, files)
	if err != nil {
		return paper.Unsure, err
	}
	return reply.answer.Compared, nil
}

// compare is Compare's other end, in the reading process.
func compare(reading Reading, ask request, files []byte) (paper.Verdict, error) {
	if ask.First == nil || ask.Second == nil || ask.Split < 0 || ask.Split > len(files) {
		return paper.Unsure, errors.New("two pages must be given to be compared")
	}
	return reading.Compare(
		Scan{File: files[:ask.Split], Page: ask.First.Page, Registration: ask.First.Registration},
		Scan{File: files[ask.Split:], Page: ask.Second.Page, Registration: ask.Second.Registration})
}
