// Package page turns the bytes that a scanner delivered into grey pages. It
// takes JPEG, PNG, TIFF (several pages) and PDF scans, trusts nothing in them,
// and names what is wrong. A broken page does not hurt the others of its file.
//
// The orientation tags of EXIF and TIFF are ignored on purpose: the form on the
// page says which way is up, and a page must not be turned twice. All pixel
// coordinates of Sesshu therefore speak of the pixels as they are stored.
package page

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"

	"gocv.io/x/gocv"
)

// The limits of what is decoded. An A3 sheet at 600 dpi has 70 million pixels.
const (
	MaxPixels = 100_000_000
	MaxSide   = 15_000
	MinSide   = 100 // less cannot hold a slip
	MaxPages  = 2_000
)

// Format is the kind of a file, found by its content.
type Format string

// The formats.
const (
	JPEG Format = "jpeg"
	PNG  Format = "png"
	TIFF Format = "tiff"
	PDF  Format = "pdf"
)

// Document is a file whose pages can be decoded one by one. It holds no native
// memory and may be dropped without closing.
type Document struct {
	format  Format
	data    []byte
	headers []header
	jpegs   [][]byte // each page's JPEG file, where the pages are such files
}

// header is what a file says of one page before it is decoded.
type header struct {
	width, height int     // pixels; 0 when unknown until decoding
	dpi           float64 // 0 when the file does not say
	directory     int64   // TIFF: the place of the page's directory
	orientation   int     // EXIF's number; 0 or 1 when upright
	components    int     // JPEG
	fault         error   // why this page cannot be decoded
}

// check applies the limits to sizes that a file claims.
func (h header) check() error {
	switch {
	case h.fault != nil:
		return h.fault
	case h.width <= 0 || h.height <= 0:
		return fmt.Errorf("%w: no size", ErrCorrupt)
	case h.width > MaxSide || h.height > MaxSide || h.width*h.height > MaxPixels:
		return fmt.Errorf("%w: %d × %d", ErrTooLarge, h.width, h.height)
	case h.width < MinSide || h.height < MinSide:
		return fmt.Errorf("%w: %d × %d", ErrTooSmall, h.width, h.height)
	}
	return nil
}

// Open finds out what data are and how many pages they have, without decoding
// any. It keeps data; the caller must not change them. A file that is bad as a
// whole is an error; a bad page is an error of Decode.
func Open(ctx context.Context, data []byte) (*Document, error) {
	document := &Document{data: data}
	var err error
	switch {
	case len(data) == 0:
		return nil, ErrEmpty
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		document.format = JPEG
		document.jpegs, document.headers = [][]byte{data}, []header{jpegHeader(data)}
	case bytes.HasPrefix(data, []byte(pngSignature)):
		document.format = PNG
		document.headers = []header{pngHeader(data)}
	case isTIFF(data):
		document.format = TIFF
		document.headers, err = tiffHeaders(data)
	case isPDF(data):
		document.format = PDF
		if document.jpegs, document.headers = pairedSides(data); document.jpegs == nil {
			document.headers, err = pdfHeaders(ctx, data)
		}
	default:
		kind, _, _ := strings.Cut(http.DetectContentType(data), ";")
		return nil, fmt.Errorf("%w: it looks like %s", ErrWrongType, kind)
	}
	if err != nil {
		return nil, err
	}
	return document, nil
}

// Format returns what the file is.
func (d *Document) Format() Format { return d.format }

// Pages returns the number of pages, at least 1.
func (d *Document) Pages() int { return len(d.headers) }

// Decode decodes page n, counted from 1. The caller closes the image.
func (d *Document) Decode(ctx context.Context, n int) (*Image, error) {
	if n < 1 || n > len(d.headers) {
		return nil, fmt.Errorf("%w: page %d of %d", ErrNoPage, n, len(d.headers))
	}
	header := d.headers[n-1]
	if err := header.check(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if d.jpegs != nil {
		return decodeJPEG(d.jpegs[n-1], header)
	}
	switch d.format {
	case PDF:
		return decodePDF(ctx, d.data, header, n)
	case TIFF:
		return decodeNative(tiffPage(d.data, header.directory), header)
	default:
		return decodeNative(d.data, header)
	}
}

// decodeNative decodes what OpenCV knows, after the header was checked.
func decodeNative(data []byte, header header) (*Image, error) {
	mat, err := gocv.IMDecode(data, gocv.IMReadIgnoreOrientation)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if mat.Empty() || mat.Type() != gocv.MatTypeCV8UC1 {
		mat.Close()
		return nil, fmt.Errorf("%w: the decoder gave up", ErrCorrupt)
	}
	return newImage(mat, header.dpi), nil
}
