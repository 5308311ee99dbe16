package samples_test

import (
	"bytes"
	"image/png"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/samples"
)

func shippedForms(t *testing.T) []*form.Form {
	t.Helper()
	root, err := fs.Sub(samples.Forms, "forms")
	if err != nil {
		t.Fatal(err)
	}
	forms, err := form.LoadAll(root)
	if err != nil {
		t.Fatal(err)
	}
	return forms
}

func TestFormsAreWhole(t *testing.T) {
	forms := shippedForms(t)
	if len(forms) < 2 {
		t.Fatalf("%d forms are shipped, want at least 2", len(forms))
	}
	for _, form := range forms {
		t.Run(form.Name, func(t *testing.T) {
			checkPicture(t, form.Blank, form.Width, form.Height)
			for _, insert := range form.Inserts {
				checkPicture(t, insert.Picture, insert.Width, insert.Height)
			}
			given := map[slip.Value]int{}
			for _, field := range form.Fields {
				for _, gives := range field.Gives {
					given[gives.Value]++
				}
			}
			for _, value := range form.Values {
				if given[value.Name] < max(1, value.Witnesses) {
					t.Errorf("%s wants %d witnesses, %d fields give it", value.Name, value.Witnesses, given[value.Name])
				}
				if value.Title["ja"] == "" || value.Title["en"] == "" {
					t.Errorf("%s has no title in both languages", value.Name)
				}
			}
		})
	}
}

// checkPicture wants a picture of true size at 300 dpi.
func checkPicture(t *testing.T, content []byte, width, height float64) {
	t.Helper()
	config, err := png.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(float64(config.Width)-width/25.4*300) > 1 || math.Abs(float64(config.Height)-height/25.4*300) > 1 {
		t.Errorf("picture is %d × %d pixels for %g × %g mm", config.Width, config.Height, width, height)
	}
}

func TestCovidFormsAskForEverything(t *testing.T) {
	for _, form := range shippedForms(t) {
		if form.Kind != "covid19" {
			continue
		}
		for _, value := range []slip.Value{
			slip.TicketType, slip.Dose, slip.MunicipalityCode, slip.TicketNumber, slip.VaccinationDate, slip.LotNumber,
			slip.Manufacturer, slip.FacilityCode, slip.BirthDate, slip.AmountML, slip.Consent,
		} {
			if _, ok := form.Value(value); !ok {
				t.Errorf("form %s does not ask for %s", form.Name, value)
			}
		}
		if ticket, _ := form.Value(slip.TicketNumber); ticket.Witnesses < 2 {
			t.Errorf("form %s lets a ticket number rest on one witness", form.Name)
		}
	}
}

func TestDrawFormsDrawsWhatIsShipped(t *testing.T) {
	dir := t.TempDir()
	if err := samples.DrawForms(dir); err != nil {
		t.Fatal(err)
	}
	drawn, err := form.LoadAll(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	shipped := shippedForms(t)
	if len(drawn) != len(shipped) {
		t.Fatalf("%d forms were drawn, %d are shipped", len(drawn), len(shipped))
	}
	// Fonts differ a little from one distribution to the next, so the drawing is
	// compared by its darkness in squares of 2 mm.
	for i, form := range drawn {
		checkAlike(t, filepath.Join(form.Name, form.BlankFile), form.Blank, shipped[i].Blank)
		for j, insert := range form.Inserts {
			checkAlike(t, filepath.Join(form.Name, insert.PictureFile), insert.Picture, shipped[i].Inserts[j].Picture)
		}
	}
}

func checkAlike(t *testing.T, name string, a, b []byte) {
	t.Helper()
	first, second := decodeGray(t, a), decodeGray(t, b)
	if first.Rect != second.Rect {
		t.Fatalf("%s: %v is drawn, %v is shipped", name, first.Rect, second.Rect)
	}
	const square = 24
	for y := 0; y+square <= first.Rect.Dy(); y += square {
		for x := 0; x+square <= first.Rect.Dx(); x += square {
			difference := 0
			for dy := range square {
				for dx := range square {
					difference += int(first.GrayAt(x+dx, y+dy).Y) - int(second.GrayAt(x+dx, y+dy).Y)
				}
			}
			if mean := difference / (square * square); mean > 60 || mean < -60 {
				t.Fatalf("%s: differs at (%d, %d) by %d levels: draw and commit the forms anew", name, x, y, mean)
			}
		}
	}
}
