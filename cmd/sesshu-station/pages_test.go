package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sesshu/scanner/station"
)

// The program dies by kill -9 while a SANE scanner feeds. Its pages lay in the
// spool and nowhere else, and are gone when the spool is opened again; the
// sheets are there. While the program lives, its pages are left alone.
func TestKilledFeedLeavesNoPages(t *testing.T) {
	backends, temporary := t.TempDir(), t.TempDir()
	for file, text := range map[string]string{"dll.conf": "test\n", "test.conf": ""} {
		if err := os.WriteFile(filepath.Join(backends, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	spool := filepath.Join(t.TempDir(), "spool")
	configuration := filepath.Join(t.TempDir(), "station.conf")
	text := fmt.Sprintf("name = desk-1\nserver = http://127.0.0.1:1\ntoken = none\nspool = %s\ndevice = sane:test:0\ndpi = 100\n"+
		"sane_options = read-limit=yes; read-limit-size=65536; read-delay=yes; read-delay-duration=200000\n", spool)
	if err := os.WriteFile(configuration, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	program := func(arguments ...string) *exec.Cmd {
		command := exec.Command(os.Args[0], append(arguments, "--config", configuration)...)
		command.Env = append(os.Environ(), programVariable+"=1", "SANE_CONFIG_DIR="+backends, "TMPDIR="+temporary)
		return command
	}
	feeding := program("scan", "--batch", "b1")
	if err := feeding.Start(); err != nil {
		t.Fatal(err)
	}
	killed := make(chan struct{})
	t.Cleanup(func() {
		_ = feeding.Process.Kill()
		<-killed
	})
	go func() {
		defer close(killed)
		_ = feeding.Wait() // killed
	}()
	record := filepath.Join(spool, "b1", "000001.json")
	page := func() bool { return len(filesBelow(t, station.PagesDir(spool))) > 0 }
	await(t, "a sheet in the spool and a page on its way", func() bool { return isThere(record) && page() })

	if said, err := program("status").CombinedOutput(); err == nil || !strings.Contains(string(said), station.ErrSpoolInUse.Error()) {
		t.Errorf("beside a running feed: %v: %s", err, said)
	}
	if !isThere(station.PagesDir(spool)) {
		t.Fatal("a running feed lost its pages")
	}
	if err := feeding.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-killed
	if said, err := program("status").CombinedOutput(); err != nil || !strings.Contains(string(said), "b1: ") {
		t.Errorf("after the kill: %v: %s", err, said)
	}
	// The scanner's own process ends a moment after the station.
	await(t, "no page any more", func() bool { return !page() })
	if !isThere(record) {
		t.Error("a sheet is gone, too")
	}
	if left := filesBelow(t, temporary); len(left) > 0 {
		t.Errorf("left in the temporary directory: %v", left)
	}
}

func await(t *testing.T, what string, there func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !there(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// filesBelow lists the files of a folder that other processes change.
func filesBelow(t *testing.T, folder string) (files []string) {
	t.Helper()
	_ = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, path)
		}
		return nil // gone in between
	})
	return files
}
