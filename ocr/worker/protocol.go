package worker

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"sesshu/ledger/slip"
	"sesshu/ocr/paper"
)

// The parent and a reading process talk in frames: one line of JSON, the
// header, followed by the bytes that the header counts. The parent writes
// requests to the child's standard input; the child answers on file descriptor
// 3, so that nothing a library prints can be taken for an answer.

// AnswerDescriptor is the file descriptor on which a reading process answers.
const AnswerDescriptor = 3

// maxFrame bounds what either side will take, so that a damaged header cannot
// make it allocate without end.
const maxFrame = 256 << 20

// The things a reading process is asked to do.
const (
	actRead = "read" // read every page of the file
	actPage = "page" // turn one page into a JPEG that a browser shows

	actCompare = "compare" // tell whether two pages are the same paper

	actVersions = "versions" // name the readers' versions
)

type request struct {
	Act   string `json:"act"`
	Page  int    `json:"page,omitempty"`
	Bytes int    `json:"bytes"`

	// Of actRead: what the scanner printed on the sheet; nil for nothing.
	Printed *Printed `json:"printed,omitempty"`

	// Of actCompare: the first file's bytes, which come first, and the pages.
	Split  int       `json:"split,omitempty"`
	First  *pageScan `json:"first,omitempty"`
	Second *pageScan `json:"second,omitempty"`
}

// Printed is what the scanner's endorser was told to print on a sheet.
type Printed struct {
	Text string `json:"text"`
	DPI  int    `json:"dpi"` // asked of the scanner; 0 when unknown
}

// pageScan says of which page of its file and how it lies.
type pageScan struct {
	Page         int               `json:"page"`
	Registration slip.Registration `json:"registration"`
}

type answer struct {
	// Begun says that the request has arrived whole and the work on it begins. It
	// goes before the answer proper: a process that dies earlier died of
	// something else, and the file is not to blame.
	Begun bool    `json:"begun,omitempty"`
	Fault string  `json:"fault,omitempty"`
	Read  *Result `json:"read,omitempty"`
	Bytes int     `json:"bytes"`

	Versions map[string]string `json:"versions,omitempty"`
	Compared paper.Verdict     `json:"compared,omitempty"`
}

// Result is what a reading process found in one file.
type Result struct {
	Pages  []slip.PageReading       `json:"pages"`
	Faults []string                 `json:"faults"` // in the order of the pages, why one could not be decoded, in words; empty where it could
	Steps  map[string]time.Duration `json:"steps"`  // nanoseconds by step
	CPU    time.Duration            `json:"cpu"`    // processor time of the reading process for this file
}

func writeFrame(w io.Writer, header any, body []byte) error {
	line, err := json.Marshal(header)
	if err != nil {
		return fmt.Errorf("write frame header: %w", err)
	}
	if _, err := w.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write frame: %w", err)
	}
	if _, err := w.Write(body); err != nil {
		return fmt.Errorf("write frame: %w", err)
	}
	return nil
}

func readHeader(r *bufio.Reader, header any) error {
	line, err := r.ReadBytes('\n')
	if err != nil {
		if errors.Is(err, io.EOF) && len(line) > 0 {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	if err := json.Unmarshal(line, header); err != nil {
		return fmt.Errorf("read frame header: %w", err)
	}
	return nil
}

func readBody(r *bufio.Reader, size int) ([]byte, error) {
	if size < 0 || size > maxFrame {
		return nil, fmt.Errorf("frame of %d bytes is outside 0 to %d", size, maxFrame)
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(r, body); err != nil {
		return nil, fmt.Errorf("read frame: %w", err)
	}
	return body, nil
}

// Reading does the work of a reading process.
type Reading interface {
	// Read reads every page of a file, and looks for what the scanner printed on
	// the sheet, unless that is nil. A page that cannot be read carries its fault;
	// an error means that the reading process itself is broken.
	Read(file []byte, printed *Printed) (Result, error)
	// Page turns one page, counted from 1, into a JPEG.
	Page(file []byte, page int) ([]byte, error)
	// Compare tells whether two pages are the same piece of paper.
	Compare(first, second Scan) (paper.Verdict, error)
	// Versions names every reader and its version.
	Versions() map[string]string
}

// Answer serves requests from r on w until r ends. It is the main loop of a
// reading process; one request is under way at a time.
func Answer(r io.Reader, w io.Writer, reading Reading) error {
	requests := bufio.NewReaderSize(r, 1<<16)
	answers := bufio.NewWriterSize(w, 1<<16)
	for {
		var ask request
		if err := readHeader(requests, &ask); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		file, err := readBody(requests, ask.Bytes)
		if err != nil {
			return err
		}
		if err := send(answers, answer{Begun: true}, nil); err != nil {
			return err
		}
		var reply answer
		var body []byte
		switch ask.Act {
		case actRead:
			result, err := reading.Read(file, ask.Printed)
			if err != nil {
				reply.Fault = err.Error()
			} else {
				reply.Read = &result
			}
		case actPage:
			if body, err = reading.Page(file, ask.Page); err != nil {
				reply.Fault = err.Error()
			}
		case actCompare:
			if reply.Compared, err = compare(reading, ask, file); err != nil {
				reply.Fault = err.Error()
			}
		case actVersions:
			reply.Versions = reading.Versions()
		default:
			reply.Fault = fmt.Sprintf("act %q is unknown", ask.Act)
		}
		reply.Bytes = len(body)
		if err := send(answers, reply, body); err != nil {
			return err
		}
	}
}

// send writes one answer and sees that it leaves.
func send(answers *bufio.Writer, reply answer, body []byte) error {
	if err := writeFrame(answers, reply, body); err != nil {
		return err
	}
	if err := answers.Flush(); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return nil
}
