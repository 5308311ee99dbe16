package hand

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io/fs"
	"strconv"
	"strings"
)

// readNSYSU reads digits that were written in a box. A session alone is too
// small to hold every digit, so all of a split are one hand.
func readNSYSU(root fs.FS, split Split) ([]session, error) {
	table, err := fs.ReadFile(root, "labels.csv")
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil {
		return nil, err
	}
	hand := session{weight: 0.3}
	for _, row := range rows[1:] {
		if len(row) < 3 || nsysuSplit(row[2]) != split || nsysuDoubtful[row[0]] {
			continue
		}
		digit, err := strconv.Atoi(row[1])
		if err != nil || digit < 0 || digit > 9 {
			return nil, fmt.Errorf("label %q is no digit", row[1])
		}
		picture, err := readPicture(root, row[0])
		if err != nil {
			return nil, err
		}
		hand.digits[digit] = append(hand.digits[digit], picture)
	}
	return []session{hand}, nil
}

// nsysuDoubtful are pictures whose labels are in doubt.
var nsysuDoubtful = map[string]bool{"00000147.png": true, "00000748.png": true, "00001303.png": true}

// nsysuSplit sorts NSYSU's sessions.
func nsysuSplit(session string) Split {
	switch {
	case strings.HasPrefix(session, "1091_3"):
		return Test
	case strings.HasPrefix(session, "1092_1"):
		return Calibrate
	case strings.HasPrefix(session, "1092_2"):
		return Evaluate
	default:
		return Train
	}
}

// readPicture returns the ink of a scanned box: dark on light, without what
// touches the edge, which may be the box's frame.
func readPicture(root fs.FS, name string) (field, error) {
	content, err := fs.ReadFile(root, name)
	if err != nil {
		return field{}, fmt.Errorf("picture %s: %w", name, err)
	}
	decoded, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		return field{}, fmt.Errorf("picture %s: %w", name, err)
	}
	grey := image.NewGray(decoded.Bounds())
	draw.Draw(grey, grey.Rect, decoded, grey.Rect.Min, draw.Src)
	var counts [256]int
	for _, value := range grey.Pix {
		counts[value]++
	}
	paper, rest := 255, len(grey.Pix)/4 // the level that a quarter of the pixels reach
	for ; paper > 0 && rest > counts[paper]; paper-- {
		rest -= counts[paper]
	}
	picture := field{grey.Rect.Dx(), grey.Rect.Dy(), make([]uint8, len(grey.Pix))}
	for i, value := range grey.Pix {
		x, y := i%picture.width, i/picture.width
		if x > 0 && y > 0 && x < picture.width-1 && y < picture.height-1 {
			picture.ink[i] = uint8(max(0, paper-int(value)))
		}
	}
	return picture, nil
}
