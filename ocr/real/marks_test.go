package real_test

import (
	"image"
	"image/color"
	"strings"
	"testing"
	"testing/fstest"

	"sesshu/ocr/real"
)

const sheetTemplate = `{
 "pageDimensions": [600, 800], "bubbleDimensions": [40, 40], "preProcessors": [{"name": "GaussianBlur"}],
 "customLabels": {"Roll": ["roll1..2"]},
 "fieldBlocks": {
  "Block": {"fieldType": "QTYPE_MCQ4", "origin": [100, 100], "bubblesGap": 80, "labelsGap": 80, "fieldLabels": ["q1..4"]},
  "Roll": {"bubbleValues": ["A", "B", "C"], "direction": "vertical", "origin": [100, 500], "bubblesGap": 80, "labelsGap": 80, "fieldLabels": ["roll1..2"]}
 }}`

// snapshot is in the format of the collection's expected results.
func snapshot(row string) string {
	return `# name: test_run
  dict({
    'Manual/ErrorFiles.csv': '''
      "file_id","input_path","output_path","score","Roll","q1","q2","q3","q4"
      "other.png","samples/a/other.png","x","0","","","","",""

    ''',
    'Results/Results_05AM.csv': '''
      "file_id","input_path","output_path","score","Roll","q1","q2","q3","q4"
      ` + row + `

    ''',
  })
`
}

// square draws a tick square of 40 pixels, filled or not.
func square(img *image.Gray, left, top int, filled bool) {
	for y := range 40 {
		for x := range 40 {
			if filled || x < 3 || y < 3 || x > 36 || y > 36 {
				img.SetGray(left+x, top+y, color.Gray{Y: 40})
			}
		}
	}
}

// marked draws the sheet with A, B, none and C marked in q1 to q4, and B and C in
// the roll's two columns.
func markedSheet(blank bool) *image.Gray {
	img := sheet(600, 800)
	for row, mark := range []int{0, 1, -1, 2} {
		for column := range 4 {
			square(img, 100+80*column, 100+80*row, column == mark && !blank)
		}
	}
	for column, mark := range []int{1, 2} {
		for row := range 3 {
			square(img, 100+80*column, 500+80*row, row == mark && !blank)
		}
	}
	return img
}

func TestMarks(t *testing.T) {
	measure := func(row string, more fstest.MapFS) []real.MarkSet {
		t.Helper()
		dir := fstest.MapFS{
			"omrchecker/expected_test_all_samples.ambr": text(snapshot(row)),
			"omrchecker/samples/a/template.json":        text(sheetTemplate),
			"omrchecker/samples/a/in/1.png":             pngOf(t, markedSheet(false)),
		}
		for name, file := range more {
			dir[name] = file
		}
		sets, missing, err := real.Marks(t.Context(), dir)
		if err != nil || len(missing) > 0 || len(sets) != 1 {
			t.Fatalf("%d sets, missing %v, error %v", len(sets), missing, err)
		}
		return sets
	}
	right := `"1.png","samples/a/in/1.png","x","0","BC","A","B","","C"`
	reference := fstest.MapFS{"omrchecker/samples/a/reference.png": pngOf(t, markedSheet(true))}
	for name, more := range map[string]fstest.MapFS{"blank sheet": reference, "no blank sheet": nil} {
		set := measure(right, more)[0]
		if set.Sheets != 1 || set.Marked.N != 5 || set.Unmarked.N != 17 || set.Marked.Agree != 5 || set.Unmarked.Agree != 17 || set.Left != "" {
			t.Errorf("%s: %+v", name, set)
		}
		if strings.Contains(set.Blank, "none") != (more == nil) {
			t.Errorf("%s: the blank is %q", name, set.Blank)
		}
	}
	// What the other program reads and the sheet does not show counts against.
	set := measure(`"1.png","samples/a/in/1.png","x","0","BC","AD","B","","D"`, reference)[0]
	if set.Marked.N != 6 || set.Marked.Against != 2 || set.Unmarked.Against != 1 {
		t.Errorf("with two marks too many and one too few: %+v", set)
	}
	// A text that no marks spell says nothing of its labels.
	set = measure(`"1.png","samples/a/in/1.png","x","0","B?","A","","","C"`, reference)[0]
	if set.Marked.N+set.Unmarked.N != 16 {
		t.Errorf("with a roll that cannot be spelled: %+v", set)
	}
	photographed := fstest.MapFS{"omrchecker/samples/a/template.json": text(strings.Replace(sheetTemplate, "GaussianBlur", "CropPage", 1))}
	if set = measure(right, photographed)[0]; set.Left == "" || set.Sheets != 1 || set.Marked.N != 0 {
		t.Errorf("photographed: %+v", set)
	}
}

func TestDamagedMarkSheets(t *testing.T) {
	row := `"1.png","samples/a/in/1.png","x","0","BC","A","B","","C"`
	for name, change := range map[string]fstest.MapFS{
		"no template":       {},
		"template no JSON":  {"omrchecker/samples/a/template.json": text("{")},
		"unknown type":      {"omrchecker/samples/a/template.json": text(strings.Replace(sheetTemplate, "QTYPE_MCQ4", "QTYPE_X", 1))},
		"page of no size":   {"omrchecker/samples/a/template.json": text(strings.Replace(sheetTemplate, "[600, 800]", "[0, 0]", 1))},
		"no expected":       {"omrchecker/expected_test_all_samples.ambr": nil},
		"row of few cells":  {"omrchecker/samples/a/template.json": text(sheetTemplate), "omrchecker/expected_test_all_samples.ambr": text(snapshot(`"1.png"`))},
		"picture not there": {"omrchecker/samples/a/template.json": text(sheetTemplate), "omrchecker/samples/a/in/1.png": nil},
	} {
		dir := fstest.MapFS{"omrchecker/expected_test_all_samples.ambr": text(snapshot(row)), "omrchecker/samples/a/in/1.png": pngOf(t, markedSheet(false))}
		for file, content := range change {
			if dir[file] = content; content == nil {
				delete(dir, file)
				dir["omrchecker/NOTE.md"] = text("the collection is there")
			}
		}
		if _, _, err := real.Marks(t.Context(), dir); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
