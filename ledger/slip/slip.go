// Package slip holds the words that every room of Sesshu shares: sheet, page,
// reading, candidate, witness, decision, entry. It is values and pure rules
// only; it imports nothing but the standard library, so every room may import
// it and none needs another room to speak of a slip.
package slip

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Hash is the SHA-256 of the bytes that a scanner delivered. It names an image
// for ever: values, crops and entries are bound to it.
type Hash [sha256.Size]byte

// HashOf returns the hash of one image's bytes.
func HashOf(image []byte) Hash { return sha256.Sum256(image) }

// ParseHash reads the 64 hexadecimal digits that Hash.String writes.
func ParseHash(text string) (Hash, error) {
	var hash Hash
	if err := hash.UnmarshalText([]byte(text)); err != nil {
		return Hash{}, err
	}
	return hash, nil
}

// String returns 64 lower-case hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// IsZero reports whether the hash was never set.
func (h Hash) IsZero() bool { return h == Hash{} }

// MarshalText implements encoding.TextMarshaler.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *Hash) UnmarshalText(text []byte) error {
	if len(text) != 2*sha256.Size {
		return fmt.Errorf("hash has %d characters, want %d hexadecimal digits", len(text), 2*sha256.Size)
	}
	if _, err := hex.Decode(h[:], text); err != nil {
		return fmt.Errorf("hash is not hexadecimal: %w", err)
	}
	return nil
}

// SheetID is the identity of one piece of paper that went through a feeder: the
// station that fed it, the batch it was fed in and its place in that batch,
// counted from 1. The image's hash is not the identity: two papers may look
// alike to the last bit, and one sheet may be handed in twice.
type SheetID struct {
	Station  string `json:"station"`
	Batch    string `json:"batch"`
	Sequence int    `json:"sequence"`
}

// String returns "station/batch/sequence", for logs and messages.
func (id SheetID) String() string {
	return fmt.Sprintf("%s/%s/%d", id.Station, id.Batch, id.Sequence)
}

// Sheet is the fact that a paper was scanned.
type Sheet struct {
	SheetID
	SHA256     Hash      `json:"sha256"`            // of the scanner's own bytes
	Bytes      int64     `json:"bytes"`             // their number
	MediaType  string    `json:"media_type"`        // image/jpeg, image/png, image/tiff, application/pdf, or application/octet-stream when unknown
	CapturedAt time.Time `json:"captured_at"`       // when the scanner delivered it, by the station's clock
	DPI        int       `json:"dpi"`               // dots per inch asked of the scanner; 0 when unknown
	Imprint    string    `json:"imprint,omitempty"` // what the scanner's endorser printed on the paper, as the station says; printable ASCII, at most 100; empty when it has none
}
