package page

import (
	"context"
	"fmt"

	"gocv.io/x/gocv"
)

// showQuality is the JPEG quality of pages that are encoded again for people.
const showQuality = 88

// Show returns page n of a file, counted from 1, as a JPEG file that a browser
// shows with its pixels where Decode has them: the scanner's own bytes where
// they are such a file already.
func Show(ctx context.Context, data []byte, n int) ([]byte, error) {
	document, err := Open(ctx, data)
	if err != nil {
		return nil, err
	}
	if n >= 1 && n <= len(document.jpegs) {
		head, file := document.headers[n-1], document.jpegs[n-1]
		if err := head.check(); err != nil {
			return nil, err
		}
		if head.orientation <= 1 {
			return file, nil
		}
		return withoutEXIF(file)
	}
	image, err := document.Decode(ctx, n)
	if err != nil {
		return nil, err
	}
	defer image.Close()
	encoded, err := gocv.IMEncodeWithParams(gocv.JPEGFileExt, image.mat, []int{gocv.IMWriteJpegQuality, showQuality})
	if err != nil {
		return nil, fmt.Errorf("encode page %d: %w", n, err)
	}
	defer encoded.Close()
	return append([]byte(nil), encoded.GetBytes()...), nil
}
