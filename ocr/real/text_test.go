package real_test

import (
	"testing"
	"testing/fstest"

	"sesshu/ocr/real"
	"sesshu/ocr/tesseract"
)

func TestTexts(t *testing.T) {
	reader, err := tesseract.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	page := pngOf(t, printed(t, "The quick brown fox", "jumps over 12 dogs"))
	dir := fstest.MapFS{
		"tesseract-testing/phototest.tif":      page,
		"tesseract-testing/phototest.gold.txt": text("The quick brown fox\n\njumps over 12 dogs\n"),
		// The second zone holds the second line only; the truth has a word more.
		"tesseract-testing/8087_054.3B.tif": page,
		"tesseract-testing/8087_054.3B.txt": text("jumps over 12 dogs twice\n"),
		"tesseract-testing/8087_054.3B.uzn": text("0 140 1500 120 Text\n\n"),
	}
	pages, missing, err := real.Texts(t.Context(), dir, reader)
	if err != nil || len(missing) > 0 || len(pages) != 2 {
		t.Fatalf("%d pages, missing %v, error %v", len(pages), missing, err)
	}
	if first := pages[0]; first.Lines != 2 || first.TrueLines != 2 || first.Characters != 38 || first.Wrong > 1 {
		t.Errorf("whole page: %+v", first)
	}
	if second := pages[1]; second.Lines != 1 || second.Characters != 24 || second.Wrong < 6 || second.Wrong > 7 {
		t.Errorf("zone: %+v", second)
	}
	dir["tesseract-testing/8087_054.3B.uzn"] = text("a b\n")
	if _, _, err := real.Texts(t.Context(), dir, reader); err == nil {
		t.Error("a damaged zone file is no error")
	}
	delete(dir, "tesseract-testing/phototest.tif")
	if _, _, err := real.Texts(t.Context(), dir, reader); err == nil {
		t.Error("a text without its page is no error")
	}
}
