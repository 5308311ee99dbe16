package worker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// ErrCrashed means that the reading process died while it had this file: by a
// C++ exception, the memory limit, the time limit, or a kill from outside. The
// file may be read again; the caller counts.
var ErrCrashed = errors.New("reading process died")

// errNotBegun means that the process died before it had the request: it may be
// given to another process, and nobody counts.
var errNotBegun = errors.New("reading process died before it began")

// ErrFault is what the reading process itself said went wrong.
var ErrFault = errors.New("reading failed")

// process is one running child.
type process struct {
	command *exec.Cmd
	input   io.WriteCloser
	output  *os.File
	answers *bufio.Reader
	exited  chan struct{} // closed once the process is gone
	served  int
}

func start(config Config) (*process, error) {
	command := exec.Command(config.Command[0], config.Command[1:]...) //nolint:noctx // it outlives requests; stop and kill end it
	command.Env = environment(config.Environment)
	command.Stderr = config.Stderr
	input, err := command.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start reading process: %w", err)
	}
	output, childOutput, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start reading process: %w", err)
	}
	command.ExtraFiles = []*os.File{childOutput} // becomes AnswerDescriptor
	err = command.Start()
	_ = childOutput.Close()
	if err != nil {
		_ = output.Close()
		return nil, fmt.Errorf("start reading process: %w", err)
	}
	p := &process{command: command, input: input, output: output, answers: bufio.NewReaderSize(output, 1<<16), exited: make(chan struct{})}
	go func() {
		defer close(p.exited)
		_ = command.Wait() // how it ended shows in the answer that did not come
	}()
	return p, nil
}

// ask sends one request and waits for its answer, at most limit from when the
// process began on it and at most opening until then: a process that has just
// started opens its readers first, and on a busy machine that takes longer than
// any file. After any error but ErrFault the process must be killed: the
// conversation is out of step. ErrCrashed, errNotBegun, ErrFault, or the
// context's end.
func (p *process) ask(ctx context.Context, opening, limit time.Duration, ask request, file []byte) (answer, []byte, error) {
	type reply struct {
		answer answer
		body   []byte
		err    error
		begun  bool
	}
	began := make(chan struct{})
	done := make(chan reply, 1)
	go func() {
		var r reply
		defer func() { done <- r }()
		if r.err = writeFrame(p.input, ask, file); r.err != nil {
			return
		}
		var begun answer
		if r.err = readHeader(p.answers, &begun); r.err != nil {
			return
		}
		r.begun = true
		close(began)
		if r.err = readHeader(p.answers, &r.answer); r.err != nil {
			return
		}
		r.body, r.err = readBody(p.answers, r.answer.Bytes)
	}()
	wait := time.NewTimer(opening)
	defer wait.Stop()
	late := fmt.Errorf("%w: no sign within %s", errNotBegun, opening)
	for working := began; ; {
		select {
		case <-working:
			working = nil
			wait.Reset(limit)
			late = fmt.Errorf("%w: no answer within %s", ErrCrashed, limit)
		case r := <-done:
			p.served++
			switch {
			case r.err != nil && !r.begun:
				return answer{}, nil, fmt.Errorf("%w: %w", errNotBegun, r.err)
			case r.err != nil:
				return answer{}, nil, fmt.Errorf("%w: %w", ErrCrashed, r.err)
			case r.answer.Fault != "":
				return answer{}, nil, fmt.Errorf("%w: %s", ErrFault, r.answer.Fault)
			}
			return r.answer, r.body, nil
		case <-wait.C:
			p.kill()
			<-done
			return answer{}, nil, late
		case <-ctx.Done():
			p.kill()
			<-done
			return answer{}, nil, ctx.Err()
		}
	}
}

// stop lets the process end by itself: its input ends, it leaves its loop.
func (p *process) stop() {
	_ = p.input.Close()
	select {
	case <-p.exited:
	case <-time.After(5 * time.Second):
	}
	p.kill()
}

// kill ends the process at once. It may be called again.
func (p *process) kill() {
	_ = p.command.Process.Kill()
	<-p.exited
	_ = p.input.Close()
	_ = p.output.Close()
}
