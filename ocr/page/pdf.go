package page

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"gocv.io/x/gocv"
	"golang.org/x/sys/unix"
)

// PDF files are opened by poppler's programs in child processes, each with its
// own limits: a PDF is a program, and some of them never end.
const (
	pdfTime       = 30 * time.Second
	pdfMemory     = 1500 << 10 // KiB of address space
	pdfResolution = 300        // dpi, when the page is not one scanned picture
)

func isPDF(data []byte) bool {
	// Some producers put bytes before the header; readers accept 1024 of them.
	return bytes.Contains(data[:min(len(data), 1024)], []byte("%PDF-"))
}

// poppler runs one of poppler's programs on the PDF and returns at most limit
// bytes of its output. The PDF goes over in memory, never through a disk.
func poppler(ctx context.Context, data []byte, limit int64, program string, arguments ...string) ([]byte, error) {
	file, err := memoryFile(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTool, err)
	}
	defer file.Close()
	ctx, cancel := context.WithTimeout(ctx, pdfTime)
	defer cancel()
	script := fmt.Sprintf(`ulimit -v %d -t %d -c 0; exec "$@"`, pdfMemory, int(pdfTime.Seconds()))
	command := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", script, "sh", program}, arguments...)...)
	command.ExtraFiles = []*os.File{file} // becomes /dev/fd/3
	command.WaitDelay = time.Second
	var faults bytes.Buffer
	command.Stderr = &faults
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTool, err)
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTool, err)
	}
	content, readErr := io.ReadAll(io.LimitReader(output, limit+1))
	if int64(len(content)) > limit {
		cancel()
	}
	err = command.Wait()
	var exit *exec.ExitError
	switch {
	case int64(len(content)) > limit:
		return nil, fmt.Errorf("%w: more than %d bytes from %s", ErrTooLarge, limit, program)
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%w: %s: %w", ErrLimit, program, ctx.Err())
	case strings.Contains(faults.String(), "Incorrect password"):
		return nil, ErrPassword
	case errors.As(err, &exit) && exit.ExitCode() == 127:
		return nil, fmt.Errorf("%w: %s", ErrTool, program)
	case err != nil && strings.Contains(faults.String(), "Out of memory"), errors.As(err, &exit) && exit.ExitCode() < 0:
		return nil, fmt.Errorf("%w: %s: %w", ErrLimit, program, err)
	case err != nil:
		return nil, fmt.Errorf("%w: %s: %w", ErrCorrupt, program, err)
	case readErr != nil:
		return nil, fmt.Errorf("%w: %s: %w", ErrCorrupt, program, readErr)
	}
	return content, nil
}

// memoryFile returns an open file without a name that holds data.
func memoryFile(data []byte) (*os.File, error) {
	descriptor, err := unix.MemfdCreate("sheet", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("make a file in memory: %w", err)
	}
	file := os.NewFile(uintptr(descriptor), "sheet")
	if _, err := file.Write(data); err != nil {
		file.Close()
		return nil, fmt.Errorf("fill a file in memory: %w", err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		file.Close()
		return nil, fmt.Errorf("rewind a file in memory: %w", err)
	}
	return file, nil
}

const pdfFile = "/dev/fd/3"

func pdfHeaders(ctx context.Context, data []byte) ([]header, error) {
	const textLimit = 1 << 20
	summary, err := poppler(ctx, data, textLimit, "pdfinfo", pdfFile)
	if err != nil {
		return nil, err
	}
	pages := 0
	for line := range strings.Lines(string(summary)) {
		if value, ok := strings.CutPrefix(line, "Pages:"); ok {
			pages, _ = strconv.Atoi(strings.TrimSpace(value))
		}
	}
	switch {
	case pages < 1:
		return nil, fmt.Errorf("%w: a PDF without pages", ErrCorrupt)
	case pages > MaxPages:
		return nil, fmt.Errorf("%w: %d", ErrTooManyPages, pages)
	}
	headers := make([]header, pages)
	for i := range headers {
		headers[i].fault = fmt.Errorf("%w: a PDF page without size", ErrCorrupt)
	}
	sizes, err := poppler(ctx, data, textLimit, "pdfinfo", "-f", "1", "-l", strconv.Itoa(pages), pdfFile)
	if err != nil {
		return nil, err
	}
	resolutions := pdfResolutions(ctx, data)
	for line := range strings.Lines(string(sizes)) {
		var number int
		var width, height float64
		if _, err := fmt.Sscanf(line, "Page %d size: %f x %f pts", &number, &width, &height); err != nil || number < 1 || number > pages {
			continue
		}
		dpi := float64(pdfResolution)
		if native := resolutions[number]; native >= 150 && native <= 600 {
			dpi = native
		}
		headers[number-1] = header{dpi: dpi, width: int(min(width*dpi/72, 1<<30)), height: int(min(height*dpi/72, 1<<30))}
	}
	return headers, nil
}

// pdfResolutions returns the resolution of each page that holds just one
// picture, as scans do, so that its pixels are not resampled. A PDF that
// cannot be listed has none.
func pdfResolutions(ctx context.Context, data []byte) map[int]float64 {
	list, err := poppler(ctx, data, 1<<20, "pdfimages", "-list", pdfFile)
	if err != nil {
		return nil
	}
	resolutions := map[int]float64{}
	pictures := map[int]int{}
	for line := range strings.Lines(string(list)) {
		columns := strings.Fields(line)
		if len(columns) < 14 {
			continue
		}
		number, err := strconv.Atoi(columns[0])
		if err != nil {
			continue // the table's head
		}
		pictures[number]++
		resolution, err := strconv.ParseFloat(columns[12], 64)
		if err != nil || pictures[number] > 1 {
			resolution = 0
		}
		resolutions[number] = resolution
	}
	return resolutions
}

func decodePDF(ctx context.Context, data []byte, head header, n int) (*Image, error) {
	number := strconv.Itoa(n)
	limit := int64(head.width+2)*int64(head.height+2) + 64
	content, err := poppler(ctx, data, limit, "pdftoppm", "-gray", "-r", strconv.FormatFloat(head.dpi, 'f', -1, 64),
		"-f", number, "-l", number, "-singlefile", pdfFile)
	if err != nil {
		return nil, err
	}
	var width, height, deepest int
	if _, err := fmt.Fscanf(bytes.NewReader(content[:min(len(content), 64)]), "P5\n%d %d\n%d", &width, &height, &deepest); err != nil || deepest != 255 {
		return nil, fmt.Errorf("%w: the PDF page gave no picture", ErrCorrupt)
	}
	if err := (header{width: width, height: height}).check(); err != nil {
		return nil, err
	}
	if len(content) < width*height {
		return nil, fmt.Errorf("%w: the PDF page gave too few pixels", ErrTruncated)
	}
	mat, err := gocv.NewMatFromBytes(height, width, gocv.MatTypeCV8UC1, content[len(content)-width*height:])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	defer mat.Close() // it points into content; the image needs its own pixels
	return newImage(mat.Clone(), head.dpi), nil
}
