package discover

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// localPatience bounds the search of SANE's backends: some wait for devices
// that are switched off.
const localPatience = 30 * time.Second

// ErrNoSANE says that this machine has no scanimage; Windows and macOS have none.
var ErrNoSANE = errors.New("scanimage is not installed")

// Local lists the devices that SANE knows. Cameras and other video devices are
// left out.
func Local(ctx context.Context, config Config) ([]Scanner, error) {
	program := config.Scanimage
	if program == "" {
		program = "scanimage"
	}
	ctx, cancel := context.WithTimeout(ctx, localPatience)
	defer cancel()
	// The form of the list that is made for programs; -L is for people, and
	// translated.
	command := exec.CommandContext(ctx, program, "-f", "%d\t%v\t%m\t%t%n")
	command.Env = append(os.Environ(), "LC_ALL=C")
	command.WaitDelay = time.Second
	var complaints bytes.Buffer
	command.Stderr = &complaints
	text, err := command.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return nil, ErrNoSANE
	}
	if err != nil {
		return nil, fmt.Errorf("list SANE's devices: %w: %s", err, printable(complaints.String()))
	}
	return parseList(string(text)), nil
}

// parseList reads lines of device name, maker, model and type.
func parseList(text string) []Scanner {
	var found []Scanner
	for line := range strings.Lines(text) {
		parts := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if len(parts) != 4 || parts[0] == "" || strings.HasPrefix(parts[0], "v4l:") || printable(parts[0]) != parts[0] {
			continue
		}
		found = append(found, Scanner{
			Device: "sane:" + parts[0],
			Name:   printable(parts[1] + " " + parts[2]),
			Feeder: strings.Contains(parts[3], "sheetfed"),
		})
	}
	return sorted(found)
}
