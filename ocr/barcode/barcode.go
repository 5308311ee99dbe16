// Package barcode reads the codes on slips from grey crops: NW-7 (Codabar) by a
// decoder of its own, QR and DataMatrix by gozxing behind a preparation that
// gives back what slips take from codes: a quiet zone, contrast, resolution.
//
// Every function is pure: the same crop gives the same answer. No candidates
// mean that nothing decodes. Probabilities are calibrated on drawn and damaged
// codes, see fit/. A QR or DataMatrix code carries Reed-Solomon redundancy, so
// a decode is nearly proof; NW-7 checks only that each character has a valid
// pattern of wide bars, so its decode is strong but not proof.
package barcode

// Version names the decoders and their calibration. It changes whenever an
// answer may change.
const Version = "nw7-1 gozxing-0.1.1 table-" + tableVersion
