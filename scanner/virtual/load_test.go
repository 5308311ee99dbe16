package virtual

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestFolder(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	sheets, err := Folder(fstest.MapFS{
		"0002.jpg": file("b"), "0001.JPG": file("a"), "0001.back.JPG": file("A"), "truth.jsonl": file("{}"), "sub/0003.jpg": file("c"),
	}, ".jpg")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, sheet := range sheets {
		got = append(got, sheet.Name+"="+string(sheet.Front)+"/"+string(sheet.Back))
	}
	if want := "0001.JPG=a/A 0002.jpg=b/"; strings.Join(got, " ") != want {
		t.Errorf("%v, want %s", got, want)
	}
	if _, err := Folder(fstest.MapFS{"0009.back.jpg": file("x")}, ".jpg"); err == nil {
		t.Error("a back without a front is taken")
	}
}

// Clear gives the operator the whole stack in its old order, wherever the
// sheets were.
func TestClearKeepsTheOrder(t *testing.T) {
	device := New(Config{Script: []Fault{{Kind: DoubleFeedUnseen, Sheet: 2}}})
	device.Load(Sheet{Name: "1"}, Sheet{Name: "2"}, Sheet{Name: "3"}, Sheet{Name: "4"})
	fed := &job{state: "Processing"}
	device.mu.Lock()
	device.feed(fed) // 1
	device.feed(fed) // 2, and 3 under it
	device.mu.Unlock()
	if left := device.Feeder(); len(left) != 1 || left[0].Name != "4" {
		t.Errorf("feeder holds %v", left)
	}
	var names []string
	for _, sheet := range device.Clear() {
		names = append(names, sheet.Name)
	}
	if got := strings.Join(names, " "); got != "1 2 3 4" {
		t.Errorf("stack is %s", got)
	}
	if len(device.Feeder()) != 0 || len(device.Pending()) != 0 {
		t.Error("something is left")
	}
}

// Places tells what is stuck from what went through, until the device is opened.
func TestPlaces(t *testing.T) {
	device := New(Config{Script: []Fault{{Kind: DoubleFeed, Sheet: 2}}})
	device.Load(Sheet{Name: "1"}, Sheet{Name: "2"}, Sheet{Name: "3"}, Sheet{Name: "4"})
	fed := &job{state: "Processing", multipick: true}
	device.mu.Lock()
	device.feed(fed) // 1
	device.feed(fed) // 2 and 3 together
	device.mu.Unlock()
	names := func(sheets []Sheet) (all string) {
		for _, sheet := range sheets {
			all += sheet.Name
		}
		return all
	}
	if at := device.Places(); names(at.Tray) != "1" || names(at.Path) != "23" || names(at.Feeder) != "4" {
		t.Errorf("the sheets are at %v", at)
	}
	device.Load(device.Clear()...)
	if at := device.Places(); names(at.Tray)+names(at.Path) != "" || names(at.Feeder) != "1234" {
		t.Errorf("after it was opened the sheets are at %v", at)
	}
}
