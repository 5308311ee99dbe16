package batchsheet

import (
	"bytes"
	"fmt"
	"image"
	"image/png"

	"github.com/signintech/gopdf"

	"sesshu/samples/blank"
)

// PNG encodes a sheet's picture; it says 300 dpi nowhere, so print it to fill
// an A4 page.
func PNG(picture *image.Gray) ([]byte, error) { return blank.PNG(picture) }

// PDF encodes a sheet's picture as one A4 page.
func PDF(picture *image.Gray) ([]byte, error) {
	var file bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&file, picture); err != nil {
		return nil, fmt.Errorf("encode batch sheet: %w", err)
	}
	var pdf gopdf.GoPdf
	pdf.Start(gopdf.Config{PageSize: *gopdf.PageSizeA4})
	pdf.AddPage()
	holder, err := gopdf.ImageHolderByBytes(file.Bytes())
	if err != nil {
		return nil, fmt.Errorf("encode batch sheet: %w", err)
	}
	if err := pdf.ImageByHolder(holder, 0, 0, gopdf.PageSizeA4); err != nil {
		return nil, fmt.Errorf("encode batch sheet: %w", err)
	}
	content, err := pdf.GetBytesPdfReturnErr()
	if err != nil {
		return nil, fmt.Errorf("encode batch sheet: %w", err)
	}
	return content, nil
}
