package escl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"sesshu/scanner"
	"sesshu/scanner/media"
)

// transfer is the outcome of asking once for the next image.
type transfer struct {
	code int           // HTTP status; 0 when no answer came
	data []byte        // what arrived of the body, whole or not
	err  error         // why the image must not be used; nil when it is whole
	sent bool          // the device may have seen the request
	wait time.Duration // for which the device asks to be left alone
}

// fetch asks for the next image of a job and takes it in. Silence for longer
// than the stall patience ends it.
func (d *Device) fetch(ctx context.Context, path string) transfer {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stalled := &scanner.Fault{Condition: scanner.Stalled, Protocol: protocol, Raw: "no data for " + d.config.StallPatience.String()}
	watchdog := time.AfterFunc(d.config.StallPatience, func() { cancel(stalled) })
	defer watchdog.Stop()

	response, err := d.request(ctx, d.images, http.MethodGet, path+"/NextDocument", nil)
	if err != nil {
		var dial *net.OpError
		neverSent := errors.As(err, &dial) && dial.Op == "dial"
		return transfer{err: causeOf(ctx, err), sent: !neverSent}
	}
	defer response.Body.Close()
	result := transfer{code: response.StatusCode, sent: true, wait: d.retryAfter(response)}
	body := &watched{reader: response.Body, watchdog: watchdog, patience: d.config.StallPatience}
	var buffer bytes.Buffer
	if length := response.ContentLength; length > 0 && length <= scanner.LargestImage {
		buffer.Grow(int(length) + bytes.MinRead)
	}
	_, err = buffer.ReadFrom(io.LimitReader(body, scanner.LargestImage+1))
	result.data = buffer.Bytes()
	if result.code != http.StatusOK {
		return result
	}
	result.err = proveWhole(ctx, result.data, response.ContentLength, err)
	return result
}

// proveWhole returns nil only when the transfer ended as announced and the
// image's own structure is complete.
func proveWhole(ctx context.Context, data []byte, announced int64, err error) error {
	switch {
	case err != nil:
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return broken(err)
	case len(data) > scanner.LargestImage:
		return &scanner.Fault{Condition: scanner.TooLarge, Protocol: protocol}
	case announced >= 0 && int64(len(data)) != announced:
		return broken(fmt.Errorf("%d bytes of %d", len(data), announced))
	}
	if _, err := media.Check(data); err != nil {
		return broken(err)
	}
	return nil
}

func broken(cause error) error {
	return &scanner.Fault{Condition: scanner.BrokenTransfer, Protocol: protocol, Cause: cause}
}

func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// watched feeds the watchdog with every piece that arrives.
type watched struct {
	reader   io.Reader
	watchdog *time.Timer
	patience time.Duration
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.reader.Read(p)
	if n > 0 {
		w.watchdog.Reset(w.patience)
	}
	return n, err
}

// proofLength is how many bytes of coded pixels two transfers must share to be
// of the same sheet. No two scans share them: the sensor's noise differs, even
// when the paper is the same.
const proofLength = 512

// sameSheet reports whether a whole image is the one of which a transfer was
// cut off. Devices differ in this: some keep an image until it was taken
// whole, others go on to the next sheet.
func sameSheet(partial, whole []byte) bool {
	return len(partial) >= pixelStart(whole)+proofLength && bytes.HasPrefix(whole, partial)
}

// pixelStart returns where an image's header, which all sheets share, surely
// has ended.
func pixelStart(image []byte) int {
	if media.TypeOf(image) == media.JPEG {
		if scan := bytes.Index(image, []byte{0xff, 0xda}); scan >= 0 {
			return scan
		}
	}
	return 4096
}
