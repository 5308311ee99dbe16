// Package samples ships Sesshu's form definitions and makes sample slips: what
// a document scanner would deliver of slips that nobody ever filled, of people
// who do not exist, with the truth beside them.
package samples

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"

	"sesshu/ledger/slip/form"
	"sesshu/samples/blank"
	"sesshu/samples/typeface"
)

// Forms holds the folder forms with one folder in it for each form that ships
// with Sesshu.
//
//go:embed forms/*/*
var Forms embed.FS

// DrawForms draws the pictures of the shipped forms anew and writes each form's
// folder, definition and pictures, below dir. Run it after a definition or a
// drawing changed; the pictures are committed, so that reading does not depend
// on the fonts of a machine.
func DrawForms(dir string) error {
	fonts, err := typeface.Open(typeface.Directories())
	if err != nil {
		return fmt.Errorf("draw forms: %w", err)
	}
	folders, err := Forms.ReadDir("forms")
	if err != nil {
		return fmt.Errorf("draw forms: %w", err)
	}
	for _, folder := range folders {
		if err := drawForm(filepath.Join(dir, folder.Name()), folder.Name(), fonts); err != nil {
			return fmt.Errorf("draw form %s: %w", folder.Name(), err)
		}
	}
	return nil
}

func drawForm(dir, name string, fonts *typeface.Library) error {
	text, err := Forms.ReadFile("forms/" + name + "/form.txt")
	if err != nil {
		return err
	}
	definition, err := form.Parse(name+"/form.txt", text)
	if err != nil {
		return err
	}
	pictures, err := blank.Draw(definition, fonts)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "form.txt"), text, 0o644); err != nil {
		return err
	}
	for _, picture := range pictures {
		file, err := blank.PNG(picture.Gray)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, picture.File), file, 0o644); err != nil {
			return err
		}
	}
	return nil
}
