package hand

import (
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// Split says which writers are used, so that no reader is measured on the hands
// that trained it.
type Split string

// The splits. MNIST's 60,000 train; of its 10,000 the first half calibrates and
// the second evaluates. NSYSU's sessions of 2019 train, the first of 2020
// calibrates, the second evaluates. Semeion is not drawn: its digits are
// stretched to a square of 16 pixels, so they are not as anybody wrote them.
const (
	Train     Split = "train"
	Calibrate Split = "calibrate"
	Evaluate  Split = "evaluate"
)

// Corpus is real handwriting: pictures of single digits, by collection and
// session. It is safe for concurrent use once opened.
type Corpus struct {
	hands []session
}

// session is digits of people who wrote under the same circumstances.
type session struct {
	weight float64 // how often it is drawn from
	digits [10][]field
}

// OpenCorpus reads the collections mnist and nsysu-digits below root.
// At least one must be there.
func OpenCorpus(root fs.FS, split Split) (*Corpus, error) {
	corpus := &Corpus{}
	found := false
	for _, collection := range []struct {
		folder string
		read   func(fs.FS, Split) ([]session, error)
	}{{"mnist", readMNIST}, {"nsysu-digits/dev", readNSYSU}} {
		if _, err := fs.Stat(root, collection.folder); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		sub, err := fs.Sub(root, collection.folder)
		if err != nil {
			return nil, fmt.Errorf("open handwriting: %w", err)
		}
		hands, err := collection.read(sub, split)
		if err != nil {
			return nil, fmt.Errorf("open handwriting %s: %w", collection.folder, err)
		}
		found = true
		corpus.hands = append(corpus.hands, hands...)
	}
	if !found {
		return nil, errors.New("open handwriting: the folder holds neither mnist nor nsysu-digits")
	}
	return corpus, nil
}

// mnistDoubtful are pictures of the 10,000 that nobody would read as their
// label says: a right reading would count as wrong.
var mnistDoubtful = map[int]bool{5654: true, 5937: true, 5955: true, 6560: true, 6576: true, 6625: true, 9530: true, 9729: true}

func readMNIST(root fs.FS, split Split) ([]session, error) {
	name := "t10k"
	if split == Train {
		name = "train"
	}
	pictures, err := unzip(root, name+"-images-idx3-ubyte.gz")
	if err != nil {
		return nil, err
	}
	labels, err := unzip(root, name+"-labels-idx1-ubyte.gz")
	if err != nil {
		return nil, err
	}
	const edge, pictureHeader, labelHeader = 28, 16, 8
	if len(pictures) < pictureHeader || len(labels) < labelHeader {
		return nil, errors.New("idx file is too short")
	}
	count := int(binary.BigEndian.Uint32(pictures[4:]))
	if len(pictures) != pictureHeader+count*edge*edge || len(labels) != labelHeader+count {
		return nil, errors.New("idx files do not fit each other")
	}
	first, last := 0, count
	switch split {
	case Train: // a file of its own: all of it
	case Calibrate:
		last = count / 2
	case Evaluate:
		first = count / 2
	}
	hand := session{weight: 0.7}
	for i := first; i < last; i++ {
		if split != Train && mnistDoubtful[i] {
			continue
		}
		label := labels[labelHeader+i]
		if label > 9 {
			return nil, fmt.Errorf("label %d is no digit", label)
		}
		hand.digits[label] = append(hand.digits[label], field{edge, edge, pictures[pictureHeader+i*edge*edge:][:edge*edge]})
	}
	return []session{hand}, nil
}

func unzip(root fs.FS, name string) ([]byte, error) {
	file, err := root.Open(name)
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
