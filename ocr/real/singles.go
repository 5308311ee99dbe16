package real

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"image"
	"io"
	"io/fs"
	"strconv"
	"strings"
)

// Who writes the test digits: the last 5,000 of MNIST's train file, NSYSU's
// sessions 1091_3 and what follows. It must be the same as in ocr/train/sources.py and
// samples/hand; a test holds it to the latter.
const (
	mnistFirst   = 55 // sixtieths of the train file
	nsysuSession = "1091_3"
)

// nsysuDoubtful are pictures whose labels the collection's own note doubts.
var nsysuDoubtful = map[string]bool{"00000147.png": true, "00000748.png": true, "00001303.png": true}

// readMNIST reads the test writers' digits. Its files have ink bright on black.
func readMNIST(folder fs.FS) ([]labelled, error) {
	const edge, pictureHeader, labelHeader = 28, 16, 8
	images, err := unzip(folder, "train-images-idx3-ubyte.gz")
	if err != nil {
		return nil, err
	}
	labels, err := unzip(folder, "train-labels-idx1-ubyte.gz")
	if err != nil {
		return nil, err
	}
	if len(images) < pictureHeader || len(labels) < labelHeader {
		return nil, errors.New("idx file is too short")
	}
	count := int(binary.BigEndian.Uint32(images[4:]))
	if len(images) != pictureHeader+count*edge*edge || len(labels) != labelHeader+count {
		return nil, errors.New("idx files do not fit each other")
	}
	var all []labelled
	for i := count * mnistFirst / 60; i < count; i++ {
		if labels[labelHeader+i] > 9 {
			return nil, fmt.Errorf("label %d is no digit", labels[labelHeader+i])
		}
		all = append(all, labelled{onPaper(images[pictureHeader+i*edge*edge:][:edge*edge], edge), int(labels[labelHeader+i])})
	}
	return all, nil
}

// Paper and pen as an ordinary scan shows them, where a collection has neither.
const (
	paperGrey = 245
	penGrey   = 45
)

// onPaper turns ink, 0 none to 255 full, into a picture of so many columns.
func onPaper(ink []uint8, width int) *image.Gray {
	picture := image.NewGray(image.Rect(0, 0, width, len(ink)/width))
	for i, value := range ink {
		picture.Pix[i] = uint8(paperGrey - int(value)*(paperGrey-penGrey)/255)
	}
	return picture
}

func unzip(folder fs.FS, name string) ([]byte, error) {
	file, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	reader, err := gzip.NewReader(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	content, err := io.ReadAll(reader)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return content, nil
}

// readNSYSU reads the boxes of the test sessions as they were scanned.
func readNSYSU(folder fs.FS) ([]labelled, error) {
	table, err := fs.ReadFile(folder, "labels.csv")
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("labels.csv: %w", err)
	}
	var all []labelled
	for _, row := range rows[min(1, len(rows)):] {
		if len(row) < 3 || !strings.HasPrefix(row[2], nsysuSession) || nsysuDoubtful[row[0]] {
			continue
		}
		label, err := strconv.Atoi(row[1])
		if err != nil || label < 0 || label > 9 {
			return nil, fmt.Errorf("label %q is no digit", row[1])
		}
		picture, err := grey(folder, row[0])
		if err != nil {
			return nil, err
		}
		all = append(all, labelled{picture, label})
	}
	return all, nil
}

// readSemeion reads all of Semeion, by which no network was trained.
func readSemeion(folder fs.FS) ([]labelled, error) {
	file, err := folder.Open("semeion.data")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	const edge, classes = 16, 10
	var all []labelled
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		fields := strings.Fields(strings.ReplaceAll(lines.Text(), ",", " "))
		if len(fields) == 0 {
			continue
		}
		if len(fields) != edge*edge+classes {
			return nil, fmt.Errorf("line %d has %d values", len(all)+1, len(fields))
		}
		ink, label := make([]uint8, edge*edge), -1
		for i, field := range fields {
			value, err := strconv.ParseFloat(field, 64)
			switch {
			case err != nil:
				return nil, fmt.Errorf("line %d: %w", len(all)+1, err)
			case i < len(ink):
				ink[i] = uint8(255 * min(1, max(0, value)))
			case value > 0.5:
				label = i - len(ink)
			}
		}
		if label < 0 {
			return nil, fmt.Errorf("line %d has no label", len(all)+1)
		}
		all = append(all, labelled{onPaper(ink, edge), label})
	}
	return all, lines.Err()
}
