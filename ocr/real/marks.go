package real

import (
	"context"
	"fmt"
	"image"
	"io/fs"
	"path"
	"slices"

	"golang.org/x/image/draw"

	"sesshu/ocr/mark"
	"sesshu/ocr/page"
)

// MarkSet is what the mark reader says of the bubbles of one kind of sheet,
// against what OMRChecker's own program reads there.
type MarkSet struct {
	Folder   string
	Blank    string // what stood for the blank form
	Left     string // why the sheets were not measured; empty when they were
	Sheets   int
	Marked   MarkCount // bubbles that are marked, by the other program
	Unmarked MarkCount
}

// MarkCount counts bubbles that ought to be judged alike.
type MarkCount struct {
	N       int
	Agree   int // with a probability of at least 0.9
	Against int // the contrary, with a probability of at least 0.9
}

// sureMark is the probability from which a mark, or its absence, is no longer in
// doubt.
const sureMark = 0.9

const markFolder = "omrchecker"

// Marks gives the bubbles of OMRChecker's sheets to the mark reader. It needs
// sheets that lie straight and fill their picture, since it places bubbles by
// the template alone; kinds of sheets that must be cut out first are listed,
// with the reason.
func Marks(ctx context.Context, root fs.FS) (sets []MarkSet, missing []string, err error) {
	found, err := there(root, markFolder)
	if err != nil || !found {
		return nil, []string{markFolder}, err
	}
	content, err := fs.ReadFile(root, markFolder+"/expected_test_all_samples.ambr")
	if err != nil {
		return nil, nil, err
	}
	sheets, err := expectedSheets(string(content), markFolder)
	if err != nil {
		return nil, nil, err
	}
	for _, sheet := range sheets {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		template, folder, err := templateOf(root, sheet.name, markFolder)
		if err != nil {
			return nil, nil, err
		}
		at := slices.IndexFunc(sets, func(set MarkSet) bool { return set.Folder == folder })
		if at < 0 {
			at, sets = len(sets), append(sets, MarkSet{Folder: folder})
		}
		if err := sets[at].measure(ctx, root, sheet, template); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", sheet.name, err)
		}
	}
	return sets, nil, nil
}

// referenceSheet is the name of a blank sheet beside a template.
const referenceSheet = "reference.png"

func (s *MarkSet) measure(ctx context.Context, root fs.FS, sheet expectedSheet, template template) error {
	if path.Base(sheet.name) == referenceSheet {
		return nil
	}
	if !template.still() {
		s.Sheets++
		s.Left = "the sheet has to be found in its picture first"
		return nil
	}
	picture, err := sheetPicture(ctx, root, sheet.name, template.Page)
	if err != nil {
		return err
	}
	bubbles, err := template.bubbles()
	if err != nil {
		return err
	}
	var reference *image.Gray
	s.Blank = "none is there: median of the sheet's bubbles with the same letter"
	if name := path.Join(s.Folder, referenceSheet); exists(root, name) {
		s.Blank = "the blank sheet"
		if reference, err = sheetPicture(ctx, root, name, template.Page); err != nil {
			return err
		}
	}
	blanks := map[string]*image.Gray{}
	marked := template.marked(sheet.columns, bubbles)
	s.Sheets++
	for _, b := range bubbles {
		marks, known := marked[b.label]
		if !known {
			continue
		}
		var blank *image.Gray
		if reference != nil {
			blank = b.crop(reference)
		} else {
			if blanks[b.value] == nil {
				blanks[b.value] = median(picture, bubbles, b.value)
			}
			blank = blanks[b.value]
		}
		p := mark.Box(b.crop(picture), blank)
		if slices.Contains(marks, b.value) {
			s.Marked.add(p)
		} else {
			s.Unmarked.add(1 - p)
		}
	}
	return nil
}

// add counts one bubble by the probability given to what it is.
func (c *MarkCount) add(p float64) {
	c.N++
	switch {
	case p >= sureMark:
		c.Agree++
	case p <= 1-sureMark:
		c.Against++
	}
}

func exists(root fs.FS, name string) bool {
	_, err := fs.Stat(root, name)
	return err == nil
}

// sheetPicture decodes a picture and brings it to the template's size.
func sheetPicture(ctx context.Context, root fs.FS, name string, size [2]int) (*image.Gray, error) {
	content, err := fs.ReadFile(root, name)
	if err != nil {
		return nil, err
	}
	document, err := page.Open(ctx, content)
	if err != nil {
		return nil, err
	}
	decoded, err := document.Decode(ctx, 1)
	if err != nil {
		return nil, err
	}
	defer decoded.Close()
	if size[0] < 1 || size[1] < 1 || size[0] > page.MaxSide || size[1] > page.MaxSide {
		return nil, fmt.Errorf("the template's page of %d by %d pixels is no page", size[0], size[1])
	}
	all := decoded.Gray()
	sized := image.NewGray(image.Rect(0, 0, size[0], size[1]))
	draw.CatmullRom.Scale(sized, sized.Rect, all, all.Rect, draw.Src, nil)
	return sized, nil
}

// bubbleMargin is the margin round a bubble, in its sides: what 1 mm is to the
// tick squares of our forms.
const bubbleMargin = 0.28

// crop cuts the bubble out with its margin, as far as there is room for one.
func (b bubble) crop(sheet *image.Gray) *image.Gray {
	margin := min(bubbleMargin*max(b.width, b.height), b.room/2)
	w, h := int(b.width+2*margin), int(b.height+2*margin)
	left, top := int(b.x-margin+0.5), int(b.y-margin+0.5)
	result := image.NewGray(image.Rect(0, 0, w, h))
	draw.Draw(result, result.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(result, result.Rect, sheet, image.Pt(left, top), draw.Src)
	return result
}

// median is the picture that half of the sheet's bubbles with a value are darker
// than, pixel for pixel: most are unmarked, so it is an unmarked one.
func median(sheet *image.Gray, bubbles []bubble, value string) *image.Gray {
	var crops []*image.Gray
	for _, b := range bubbles {
		if b.value == value {
			crops = append(crops, b.crop(sheet))
		}
	}
	result := image.NewGray(crops[0].Rect)
	level := make([]uint8, 0, len(crops))
	for i := range result.Pix {
		level = level[:0]
		for _, crop := range crops {
			if crop.Rect == result.Rect {
				level = append(level, crop.Pix[i])
			}
		}
		slices.Sort(level)
		result.Pix[i] = level[len(level)/2]
	}
	return result
}
