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

// The splits, the same as in ocr/train/sources.py, so that nobody's hand is on both
// sides. Of MNIST's 60,000 the first 52,000 train, the next 3,000 calibrate and the
// last 5,000 test; of its 10,000 the first half calibrates and the second
// evaluates. NSYSU's sessions divide likewise, see nsysuSplit. Evaluate may choose a
// network or a threshold; Test is for figures that are reported and nothing else.
// Semeion is not drawn: its digits are stretched to a square of 16 pixels, so they
// are not as anybody wrote them.
const (
	Train     Split = "train"
	Calibrate Split = "calibrate"
	Evaluate  Split = "evaluate"
	Test      Split = "test"
)

// Splits returns all of them.
func Splits() []Split { return []Split{Train, Calibrate, Evaluate, Test} }

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
// label says: a right reading would count as wrong. The test split was not looked
// through for such pictures.
var mnistDoubtful = map[int]bool{5654: true, 5937: true, 5955: true, 6560: true, 6576: true, 6625: true, 9530: true, 9729: true}

// mnistPart is a part of one of MNIST's two files, from and to in sixtieths.
type mnistPart struct {
	file     string
	from, to int
}

var mnistParts = map[Split][]mnistPart{
	Train:     {{"train", 0, 52}},
	Calibrate: {{"train", 52, 55}, {"t10k", 0, 30}},
	Evaluate:  {{"t10k", 30, 60}},
	Test:      {{"train", 55, 60}},
}

func readMNIST(root fs.FS, split Split) ([]session, error) {
	hand := session{weight: 0.7}
	for _, part := range mnistParts[split] {
		if err := hand.addMNIST(root, part); err != nil {
			return nil, err
		}
	}
	return []session{hand}, nil
}

// addMNIST adds a part of one of the files.
func (s *session) addMNIST(root fs.FS, part mnistPart) error {
	pictures, err := unzip(root, part.file+"-images-idx3-ubyte.gz")
	if err != nil {
		return err
	}
	labels, err := unzip(root, part.file+"-labels-idx1-ubyte.gz")
	if err != nil {
		return err
	}
	const edge, pictureHeader, labelHeader, sixtieths = 28, 16, 8, 60
	if len(pictures) < pictureHeader || len(labels) < labelHeader {
		return errors.New("idx file is too short")
	}
	count := int(binary.BigEndian.Uint32(pictures[4:]))
	if len(pictures) != pictureHeader+count*edge*edge || len(labels) != labelHeader+count {
		return errors.New("idx files do not fit each other")
	}
	for i := count * part.from / sixtieths; i < count*part.to/sixtieths; i++ {
		if part.file == "t10k" && mnistDoubtful[i] {
			continue
		}
		label := labels[labelHeader+i]
		if label > 9 {
			return fmt.Errorf("label %d is no digit", label)
		}
		s.digits[label] = append(s.digits[label], field{edge, edge, pictures[pictureHeader+i*edge*edge:][:edge*edge]})
	}
	return nil
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
