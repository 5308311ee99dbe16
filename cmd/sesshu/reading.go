package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr"
	"sesshu/ocr/batchsheet"
	"sesshu/ocr/explain"
	"sesshu/ocr/imprint"
	"sesshu/ocr/page"
	"sesshu/ocr/paper"
	"sesshu/ocr/worker"
)

// reading is the work of one reading process: the readers, opened once.
type reading struct {
	ctx    context.Context
	reader *ocr.Reader
	papers *paper.Comparer

	imprints *imprint.Reader
}

func (r reading) Read(file []byte, printed *worker.Printed) (worker.Result, error) {
	before := cpuTime()
	result, err := r.reader.Read(r.ctx, file)
	if err != nil {
		return worker.Result{}, err
	}
	if err := batchsheet.Find(r.ctx, file, result.Pages); err != nil {
		return worker.Result{}, err
	}
	if printed != nil {
		if err := r.imprints.Find(r.ctx, file, printed.DPI, printed.Text, result.Pages); err != nil {
			return worker.Result{}, err
		}
	}
	faults := make([]string, len(result.Pages))
	for i := range faults {
		faults[i] = pageFault(result.Pages[i], result.Errors[i])
	}
	return worker.Result{Pages: result.Pages, Faults: faults, Steps: result.Steps, CPU: cpuTime() - before}, nil
}

// pageFault says for people why a page was not read; empty if it was, or if it
// is a batch's header or separator.
func pageFault(read slip.PageReading, err error) string {
	switch {
	case err == nil || len(read.Faults) == 0:
		return ""
	case read.Fault != "": // the file is at fault
		return page.Message(err, "en") + " / " + page.Message(err, "ja")
	default:
		japanese, english := explain.Reason(read.Faults[0])
		return english + " / " + japanese
	}
}

func (r reading) Page(file []byte, number int) ([]byte, error) {
	return ocr.Page(file, number)
}

func (r reading) Compare(first, second worker.Scan) (paper.Verdict, error) {
	a, err := r.scan(first)
	if err != nil {
		return paper.Unsure, err
	}
	b, err := r.scan(second)
	if err != nil {
		return paper.Unsure, err
	}
	compared, err := r.papers.Compare(a, b)
	return compared.Verdict, err
}

func (r reading) scan(of worker.Scan) (paper.Page, error) {
	document, err := page.Open(r.ctx, of.File)
	if err != nil {
		return paper.Page{}, err
	}
	decoded, err := document.Decode(r.ctx, of.Page)
	if err != nil {
		return paper.Page{}, err
	}
	return paper.Page{Image: decoded.Gray(), Registration: of.Registration}, decoded.Close()
}

func (r reading) Versions() map[string]string { return r.reader.Versions() }

// answerReadings is the life of a reading process: requests on standard input,
// answers on descriptor 3.
func (s *Settings) answerReadings(ctx context.Context, memoryLimit uint64) error {
	runtime.GOMAXPROCS(1) // one process a core
	if memoryLimit > 0 {
		if err := worker.LimitMemory(memoryLimit); err != nil {
			return err
		}
	}
	forms, err := s.loadForms()
	if err != nil {
		return err
	}
	reader, err := ocr.Open(ocr.Config{Forms: forms, Logger: s.logger})
	if err != nil {
		return fmt.Errorf("open readers: %w", err)
	}
	defer reader.Close()
	answers := os.NewFile(worker.AnswerDescriptor, "answers")
	if answers == nil {
		return errors.New("a reading process is started by sesshu itself, not by hand")
	}
	defer answers.Close()
	imprints := imprint.New()
	defer imprints.Close()
	return worker.Answer(os.Stdin, answers, reading{ctx: ctx, reader: reader, papers: paper.New(forms), imprints: imprints})
}

// readingPool returns a pool of reading processes of this very program.
func (s *Settings) readingPool(processes int) (*worker.Pool, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	command := []string{self, "worker", "--pipe", "--log-level", s.LogLevel, "--log-format", s.LogFormat}
	if s.Forms != "" {
		command = append(command, "--forms", s.Forms)
	}
	if processes < 1 {
		processes = runtime.NumCPU()
	}
	return worker.NewPool(worker.Config{
		Command: command,
		Size:    processes,
		Stderr:  s.stderr,
		Logger:  s.logger,
	}), nil
}

// formNamed finds the form a page was registered to.
func formNamed(forms []*form.Form, name string) *form.Form {
	for _, f := range forms {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// day is the calendar day in Japan, where slips are filled in.
func day(t time.Time) time.Time {
	return t.In(japan)
}

var japan = time.FixedZone("JST", 9*60*60)
