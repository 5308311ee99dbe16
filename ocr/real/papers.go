package real

import (
	"context"
	"fmt"
	"io/fs"
	"slices"

	"sesshu/ledger/slip"
)

// PageReader reads and decides every page of a file, as `sesshu read` does.
type PageReader func(ctx context.Context, file []byte) ([]slip.PageDecision, error)

// PaperSet is what became of one collection's pictures as whole pages.
type PaperSet struct {
	Collection string
	Pages      int
	NoForm     int      // recognised as none of our forms
	PoorFit    int      // something like a form of ours, but not read
	Blank      int      // nothing on the page
	Unreadable int      // refused as no page: too small, an encoding of another kind
	Ours       []string // taken for a form of ours, and read: file and form
	Control    []string // taken for a batch header or separator
	Accepted   []string // accepted whole, or with an accepted value
}

// paperCollections hold no slip of ours.
var paperCollections = []string{"deskew-testimages", "tesseract-testing", "omrchecker", codesFolder}

// Papers gives every picture of the collections to the reading as a page.
// Progress is told how many are done.
func Papers(ctx context.Context, root fs.FS, read PageReader, progress func(done, total int)) (sets []PaperSet, missing []string, err error) {
	var files [][]string
	total, done := 0, 0
	for _, collection := range paperCollections {
		found, err := there(root, collection)
		if err != nil {
			return nil, nil, err
		}
		var names []string
		if !found {
			missing = append(missing, collection)
		} else if names, err = below(root, collection); err != nil {
			return nil, nil, err
		}
		files, total = append(files, names), total+len(names)
	}
	for i, collection := range paperCollections {
		if len(files[i]) == 0 {
			continue
		}
		set := PaperSet{Collection: collection}
		for _, name := range files[i] {
			content, err := fs.ReadFile(root, name)
			if err != nil {
				return nil, nil, err
			}
			pages, err := read(ctx, content)
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %w", name, err)
			}
			for _, page := range pages {
				set.add(name, page)
			}
			done++
			progress(done, total)
		}
		sets = append(sets, set)
	}
	return sets, missing, nil
}

// below returns the pictures in a folder and its folders, in order.
func below(root fs.FS, folder string) ([]string, error) {
	var names []string
	err := fs.WalkDir(root, folder, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && isPicture(name) {
			names = append(names, name)
		}
		return err
	})
	return names, err
}

func (s *PaperSet) add(name string, page slip.PageDecision) {
	s.Pages++
	faults := page.Reading.Faults
	_, control := slip.BatchSheetOf(page.Reading)
	switch {
	case control:
		s.Control = append(s.Control, name)
	case slices.Contains(faults, slip.ReasonUnreadable):
		s.Unreadable++
	case page.Reading.Blank:
		s.Blank++
	case slices.Contains(faults, slip.ReasonFormUnknown):
		s.NoForm++
	case slices.Contains(faults, slip.ReasonRegistration):
		s.PoorFit++
	default:
		s.Ours = append(s.Ours, name+" as "+page.Reading.Registration.Form)
	}
	accepted := page.Decision.Outcome == slip.Accepted
	for _, field := range page.Decision.Fields {
		accepted = accepted || field.Outcome == slip.Accepted
	}
	if accepted {
		s.Accepted = append(s.Accepted, name)
	}
}
