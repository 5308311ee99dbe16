package register

import "gocv.io/x/gocv"

// What may lie on a page that is called blank: shades below the contrast of
// the faintest pencil, and no more than a speck of dust.
const (
	blankEdge     = 5.0 // millimetres at the page's edge that are not looked at: the scanner's shadow
	blankContrast = 22  // grey levels below the paper round it
	blankSpecks   = 6   // coarse pixels with more contrast than that: one speck of less than a millimetre
)

// blank reports whether provably nothing is on a page. It errs on the side of
// "something": a page with a single stroke is not blank.
func blank(coarse gocv.Mat) bool {
	width, height := coarse.Cols(), coarse.Rows()
	const edge, block = int(blankEdge * coarsePixels), 24
	if width < 2*edge+block || height < 2*edge+block {
		return false
	}
	pixels := coarse.ToBytes()
	specks := 0
	for top := edge; top+block <= height-edge; top += block {
		for left := edge; left+block <= width-edge; left += block {
			var counts [256]int
			for y := top; y < top+block; y++ {
				for _, pixel := range pixels[y*width+left : y*width+left+block] {
					counts[pixel]++
				}
			}
			paper, seen := 255, 0
			for ; paper > 0 && seen+counts[paper] < block*block/2; paper-- {
				seen += counts[paper]
			}
			if paper < 120 {
				return false // a dark page is not a blank one
			}
			for shade := 0; shade < paper-blankContrast; shade++ {
				specks += counts[shade]
			}
			if specks > blankSpecks {
				return false
			}
		}
	}
	return true
}
