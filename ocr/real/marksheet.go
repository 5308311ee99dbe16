package real

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// bubble is one place to mark on a sheet, in pixels of the template's page.
type bubble struct {
	label, value string
	x, y         float64
	width        float64
	height       float64
	room         float64 // free pixels between it and its nearest neighbour
}

// template is what a template.json of OMRChecker says, as far as it is used.
type template struct {
	Page       [2]int     `json:"pageDimensions"`
	Bubble     [2]float64 `json:"bubbleDimensions"`
	Processors []struct {
		Name string `json:"name"`
	} `json:"preProcessors"`
	Custom map[string][]string `json:"customLabels"`
	Empty  string              `json:"emptyValue"`
	Blocks map[string]struct {
		Type      string     `json:"fieldType"`
		Values    []string   `json:"bubbleValues"`
		Direction string     `json:"direction"`
		Labels    []string   `json:"fieldLabels"`
		Origin    [2]float64 `json:"origin"`
		Gap       float64    `json:"bubblesGap"`
		LabelGap  float64    `json:"labelsGap"`
		Empty     *string    `json:"emptyValue"`
	} `json:"fieldBlocks"`
}

// bubbleTypes are the values and directions of OMRChecker's own field types.
var bubbleTypes = map[string]struct {
	values    string
	direction string
}{
	"QTYPE_INT":      {"0123456789", "vertical"},
	"QTYPE_MCQ4":     {"ABCD", "horizontal"},
	"QTYPE_MCQ5":     {"ABCDE", "horizontal"},
	"QTYPE_MCQ4_RTL": {"DCBA", "horizontal"},
}

// still reports whether the sheets are used as they lie: no step before cuts or
// turns them.
func (t template) still() bool {
	for _, processor := range t.Processors {
		if processor.Name != "GaussianBlur" && processor.Name != "Levels" {
			return false
		}
	}
	return true
}

// bubbles returns all places to mark.
func (t template) bubbles() ([]bubble, error) {
	var all []bubble
	for name, block := range t.Blocks {
		values, direction := block.Values, block.Direction
		if block.Type != "" {
			kind, known := bubbleTypes[block.Type]
			if !known {
				return nil, fmt.Errorf("block %s has the unknown type %s", name, block.Type)
			}
			values, direction = strings.Split(kind.values, ""), kind.direction
		}
		pitch := block.Gap
		if block.LabelGap > 0 {
			pitch = min(pitch, block.LabelGap)
		}
		for row, label := range spread(block.Labels) {
			for column, value := range values {
				right, down := float64(column)*block.Gap, float64(row)*block.LabelGap
				if direction == "vertical" {
					right, down = float64(row)*block.LabelGap, float64(column)*block.Gap
				}
				all = append(all, bubble{
					label: label, value: value, width: t.Bubble[0], height: t.Bubble[1],
					x: block.Origin[0] + right, y: block.Origin[1] + down,
					room: max(0, pitch-max(t.Bubble[0], t.Bubble[1])),
				})
			}
		}
	}
	return all, nil
}

var labelRange = regexp.MustCompile(`^(.*?)(\d+)\.\.(\d+)$`)

// spread writes out ranges of labels: q1..3 is q1, q2, q3.
func spread(labels []string) []string {
	var all []string
	for _, label := range labels {
		parts := labelRange.FindStringSubmatch(label)
		if parts == nil {
			all = append(all, label)
			continue
		}
		first, _ := strconv.Atoi(parts[2]) // digits, by the pattern
		last, _ := strconv.Atoi(parts[3])
		for n := first; n <= last; n++ {
			all = append(all, parts[1]+strconv.Itoa(n))
		}
	}
	return all
}

// marked returns what is marked under each label, given the text of every
// column: a column is a label, or a custom name for several whose values stand
// one after the other. Labels whose text cannot be taken apart are left out.
func (t template) marked(columns map[string]string, bubbles []bubble) map[string][]string {
	values := map[string][]string{}
	for _, b := range bubbles {
		values[b.label] = append(values[b.label], b.value)
	}
	empty := map[string]bool{"": true, t.Empty: true}
	for _, block := range t.Blocks {
		if block.Empty != nil {
			empty[*block.Empty] = true
		}
	}
	found := map[string][]string{}
	for column, text := range columns {
		labels := spread(t.Custom[column])
		if len(labels) == 0 {
			if marks, ok := takeApart(text, values[column], len(values[column])); len(values[column]) > 0 && ok {
				found[column] = marks
			} else if len(values[column]) > 0 && empty[text] {
				found[column] = nil
			}
			continue
		}
		// One mark a label, or none in all that follow: anything else is ambiguous.
		part := map[string][]string{}
		for _, label := range labels {
			for _, value := range longestFirst(values[label]) {
				if rest, ok := strings.CutPrefix(text, value); ok {
					part[label], text = []string{value}, rest
					break
				}
			}
			if part[label] == nil {
				part[label] = []string{}
			}
		}
		if text == "" {
			for label, marks := range part {
				found[label] = marks
			}
		}
	}
	return found
}

// takeApart spells a text as at most so many of the values.
func takeApart(text string, values []string, most int) ([]string, bool) {
	marks := []string{}
	for text != "" {
		i := slices.IndexFunc(longestFirst(values), func(value string) bool { return strings.HasPrefix(text, value) })
		if i < 0 || len(marks) == most {
			return nil, false
		}
		marks = append(marks, longestFirst(values)[i])
		text = text[len(longestFirst(values)[i]):]
	}
	return marks, true
}

func longestFirst(values []string) []string {
	return slices.SortedStableFunc(slices.Values(values), func(a, b string) int { return len(b) - len(a) })
}

// expectedSheet is one sheet and what OMRChecker's own program reads on it.
type expectedSheet struct {
	name    string // of the picture
	columns map[string]string
}

// expectedSheets reads the results out of OMRChecker's snapshot file: CSV texts
// under the names of the files they were written to.
func expectedSheets(content string, folder string) ([]expectedSheet, error) {
	var sheets []expectedSheet
	var header []string
	results := false
	lines := bufio.NewScanner(strings.NewReader(content))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if strings.HasSuffix(line, "'''") && strings.HasPrefix(line, "'") && strings.Contains(line, ".csv") {
			results = strings.Contains(line, "Results/")
			continue
		}
		if !results || !strings.HasPrefix(line, `"`) {
			continue
		}
		cells, err := csv.NewReader(strings.NewReader(line)).Read()
		if err != nil {
			return nil, fmt.Errorf("expected results: %w", err)
		}
		if cells[0] == "file_id" {
			header = cells
			continue
		}
		if len(cells) != len(header) || len(cells) < 4 {
			return nil, fmt.Errorf("expected results: %d cells under %d names", len(cells), len(header))
		}
		sheet := expectedSheet{name: path.Join(folder, cells[1]), columns: map[string]string{}}
		for i := 4; i < len(cells); i++ {
			sheet.columns[header[i]] = cells[i]
		}
		sheets = append(sheets, sheet)
	}
	return sheets, lines.Err()
}

// templateOf finds the template that holds for a sheet: the nearest one above it.
func templateOf(root fs.FS, sheet, within string) (t template, folder string, err error) {
	for folder = path.Dir(sheet); strings.HasPrefix(folder, within); folder = path.Dir(folder) {
		content, err := fs.ReadFile(root, path.Join(folder, "template.json"))
		if err != nil {
			continue
		}
		if err := json.Unmarshal(content, &t); err != nil {
			return t, folder, fmt.Errorf("%s/template.json: %w", folder, err)
		}
		return t, folder, nil
	}
	return t, "", fmt.Errorf("%s has no template", sheet)
}
