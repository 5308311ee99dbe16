// Package mark judges marks made by hand on print: tick squares, circled words,
// signatures and seals. It measures the ink that a crop has over the same crop
// of the unfilled form and asks a small network how probable a mark is.
//
// The networks were trained on drawn marks of many kinds, see fit/: ticks,
// crosses, fillings, circles, faint pencil against empty squares, dirt and
// neighbours' strokes; and taught to be in doubt about crossings-out. What is
// unlike anything they saw comes out doubtful too, between 0.1 and 0.9.
//
// All functions are pure: the same crops give the same answer.
package mark

import (
	"crypto/sha256"
	"encoding/hex"
	"image"
)

// Version names the networks.
var Version = "mark-1 " + networkHash()

func networkHash() string {
	sum := sha256.Sum256(networkFile)
	return hex.EncodeToString(sum[:6])
}

// Box returns the probability that the tick square in the crop is marked. The
// blank is the same region of the unfilled form at the same resolution; nil
// when there is none.
func Box(img, blank *image.Gray) float64 { return judge("box", img, blank) }

// Circled returns the probability that the printed word in the crop is circled
// or otherwise chosen.
func Circled(img, blank *image.Gray) float64 { return judge("circle", img, blank) }

// Signed returns the probability that the crop holds a signature or a seal.
func Signed(img, blank *image.Gray) float64 { return judge("signature", img, blank) }

// unknown is the answer when there is nothing to judge by.
const unknown = 0.5

func judge(kind string, img, blank *image.Gray) float64 {
	features, ok := Features(img, blank)
	if !ok {
		return unknown
	}
	return networks[kind].probability(features)
}
