// Package scanner is the contract between the scanning station and whatever
// turns paper into images: a network scanner (scanner/escl), a local one
// (scanner/sane), a folder that a vendor's program writes into
// (scanner/folder), or the virtual device that tests and training use
// (scanner/virtual). Package scanner/station feeds from any of them.
//
// The contract is built on one law: no sheet is lost and none is doubled. So a
// device hands over an image only when its bytes are proven whole, says that
// the feeder is empty only when the hardware said so, and names every other
// ending by a Condition, never by silence.
package scanner

import (
	"context"
	"fmt"
	"time"
)

// Device is one scanner. Its methods may be called from several goroutines, but
// a device feeds one batch at a time: a second Scan before the first batch's
// Close reports Busy.
type Device interface {
	// Capabilities asks the device what it can do.
	Capabilities(ctx context.Context) (Capabilities, error)
	// Scan starts feeding. The context covers the start only; each Next has
	// its own. The caller must Close the batch, whatever Next returned.
	Scan(ctx context.Context, settings Settings) (Batch, error)
}

// Batch is one run of the feeder.
type Batch interface {
	// Next returns the next side, in the order of the stack, as soon as the
	// device has delivered it whole. It returns io.EOF only when the device
	// said that the feeder is empty and everything fed was delivered; every
	// other end is an error that wraps a Condition. A feeder that was empty
	// from the start is the condition FeederEmpty, not io.EOF. After an error
	// the batch is over: each further Next returns the same error.
	//
	// io.EOF is the device's word, no proof: devices have been seen to say
	// "empty" with half the stack left. The station reconciles it with the
	// declared count.
	Next(ctx context.Context) (Image, error)
	// Close ends the feed, gives the device back (also when it is still
	// feeding) and frees everything held. It is safe to call twice.
	Close() error
}

// Confirmer is implemented by batches whose source may forget a sheet only
// after it was stored: the station confirms the images of each sheet together,
// once the sheet is durable in the spool and before it asks for the next one.
type Confirmer interface {
	Confirm(ctx context.Context, images ...Image) error
}

// Side tells the two faces of one sheet apart.
type Side uint8

// The sides. A simplex scan delivers fronts only; a duplex scan delivers front
// and back of each sheet one after the other.
const (
	Front Side = iota
	Back
)

// Image is one side of one sheet, or one whole sheet when the device delivers
// both sides as pages of one file.
type Image struct {
	Bytes      []byte // the device's own bytes, whole; the receiver must not change them
	MediaType  string // see package media
	Side       Side
	DPI        int       // asked of the device; 0 when unknown
	CapturedAt time.Time // when the last byte arrived
	// Imprint is what the device's endorser was told to print on this sheet; empty
	// when it printed nothing, or on a back.
	Imprint string
	// Source names what the image came from when it can come a second time
	// after a crash (a file in a watched folder); it is empty for paper.
	Source string
}

// ColorMode is how a sheet is sampled.
type ColorMode uint8

// The colour modes. Grey is the zero value: it is what the readers want.
const (
	Grey ColorMode = iota
	Color
)

// DropOut is a colour of light under which the form's own print is not seen: what
// is printed in that colour drops out of a grey image, and the ink stays.
type DropOut uint8

// The drop-out colours. None is the zero value.
const (
	DropNone DropOut = iota
	DropRed
	DropGreen
	DropBlue
)

// String returns the colour's English name.
func (d DropOut) String() string {
	return [...]string{"none", "red", "green", "blue"}[min(d, DropBlue)]
}

// Size is a sheet's size in millimetres.
type Size struct{ Width, Height float64 }

// Sizes that slips come in (ISO 216).
var (
	A4 = Size{Width: 210, Height: 297}
	A5 = Size{Width: 148, Height: 210}
)

// Settings are what the station asks of the device. A device that cannot do
// what is asked reports Unsupported before it feeds anything, except for
// DoubleFeedDetection and BlackBacking, which are switched on wherever they
// exist: many devices have them always and offer no switch.
type Settings struct {
	DPI     int  // dots per inch; 0 means 300
	Size    Size // zero means A4
	Color   ColorMode
	DropOut DropOut // for grey images
	// BlackBacking puts black behind the paper where the device can: the paper's
	// edges stand out, and holes and torn corners are black.
	BlackBacking        bool
	Duplex              bool
	DoubleFeedDetection bool
	// MediaType is the wanted image format; empty leaves it to the device,
	// which prefers image/jpeg.
	MediaType string
	// Endorse asks for a number printed on every sheet. The station makes up the
	// text, see Imprint; a device without an endorser reports Unsupported.
	Endorse bool
	// Imprint is the text in front of the number that the device's endorser prints
	// on each sheet, printable ASCII, at most LongestImprint; empty prints nothing.
	// ImprintFrom is the first sheet's number.
	Imprint     string
	ImprintFrom int
}

// LargestImage bounds one sheet's image in bytes, both sides together: the
// service takes no more, so what is larger must not come as far as the spool.
const LargestImage = 64 << 20

// LongestImprint bounds Settings.Imprint, so that it has room for five digits
// behind it: a fi-8950 prints nothing at all, and says nothing, when the whole is
// longer than 40 characters.
const LongestImprint = 35

// ImprintOn returns what is printed on the sheet of this place in the feed,
// counted from 0; empty when nothing is.
func (s Settings) ImprintOn(sheet int) string {
	if s.Imprint == "" {
		return ""
	}
	return fmt.Sprintf("%s%05d", s.Imprint, s.ImprintFrom+sheet)
}

// WithDefaults returns the settings with zero values filled in.
func (s Settings) WithDefaults() Settings {
	if s.DPI == 0 {
		s.DPI = 300
	}
	if s.Size == (Size{}) {
		s.Size = A4
	}
	return s
}

// Capabilities are what a device says that it can do. Zero values mean that it
// did not say.
type Capabilities struct {
	Model       string
	Serial      string
	Feeder      bool
	Duplex      bool
	DoubleFeed  bool // detects double feeds
	Endorser    bool // prints on the sheets
	MaxSize     Size
	Resolutions []int // dots per inch, ascending; empty when any is allowed
	Colors      []ColorMode
	DropOuts    []DropOut // besides DropNone
	MediaTypes  []string
}
