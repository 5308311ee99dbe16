package ocr

import "time"

// clock adds up how long each step of reading a file took.
type clock struct {
	steps map[string]time.Duration
}

func newClock() *clock { return &clock{steps: map[string]time.Duration{}} }

// start begins a step; the function it returns ends it.
func (c *clock) start(step string) (stop func()) {
	begin := time.Now()
	return func() { c.steps[step] += time.Since(begin) }
}

// The steps of Result.Steps.
const (
	stepDecode    = "decode"
	stepRegister  = "register"
	stepCrop      = "crop"
	stepOCRLine   = "ocr_line"
	stepLine      = "line"
	stepBarcode   = "barcode"
	stepQR        = "qr"
	stepTesseract = "tesseract"
	stepDigits    = "digits"
	stepMark      = "mark"
	stepSticker   = "sticker"
)
