package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sesshu/scanner/station"
)

const pinned = "0000000000000000000000000000000000000000000000000000000000000001"

func TestConfigurationIsRead(t *testing.T) {
	values, err := parseConfiguration("file", strings.NewReader("\ufeff# the office\r\nname = desk-1\r\n\r\n  server=https://sesshu.example:8443\ntoken = a=b\ndpi = 400\nduplex = true\npage = [::1]:9000\n"))
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"name": "desk-1", "server": "https://sesshu.example:8443", "token": "a=b", "dpi": "400", "duplex": "true", "page": "[::1]:9000"} {
		if values[key] != want {
			t.Errorf("%s is %q", key, values[key])
		}
	}
}

// Whatever is wrong, the message names the file, the line and the key, in both
// languages.
func TestWrongConfiguration(t *testing.T) {
	for text, wants := range map[string][]string{
		"name = desk-1\nserveur = https://x":       {":2:", `"serveur"`, "server", "2行目"},
		"\n\nname desk-1":                          {":3:", "KEY = VALUE"},
		"name = desk-1\nname = desk-2":             {":2:", `"name"`, "line 1", "1行目"},
		"token =":                                  {":1:", `"token"`, "no value"},
		"name = 束":                                 {":1:", `"name"`},
		"server = sesshu.example":                  {":1:", `"server"`, "https://HOST"},
		"server_pin = abc":                         {":1:", `"server_pin"`},
		"certificate = /nowhere/station.pem":       {":1:", `"certificate"`, "no such file"},
		"device = usb:1":                           {":1:", `"device"`, "escl:"},
		"dpi = many":                               {":1:", `"dpi"`, "100 to 1200"},
		"duplex = yes":                             {":1:", `"duplex"`, "true nor false"},
		"black_backing = dark":                     {":1:", `"black_backing"`, "true nor false"},
		"drop_out = pink":                          {":1:", `"drop_out"`, "red"},
		"sane_options = buffermode":                {":1:", `"sane_options"`, "NAME=VALUE"},
		"page = 0.0.0.0:8418":                      {":1:", `"page"`, "this computer alone"},
		"page = desk.example:8418":                 {":1:", `"page"`},
		"# remark\nspool = /x\n\ndevice = folder:": {":4:", `"device"`},
	} {
		path := filepath.Join(t.TempDir(), "station.conf")
		if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		status, stdout, stderr := program(t, "status", "--config", path)
		if status == 0 {
			t.Errorf("%q is taken:\n%s", text, stdout)
		}
		for _, want := range append(wants, path) {
			if !strings.Contains(stderr, want) {
				t.Errorf("%q: the message lacks %q:\n%s", text, want, stderr)
			}
		}
	}
}

// program runs the program inside this process.
func program(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, complaints bytes.Buffer
	status = run(t.Context(), args, &out, &complaints)
	return status, out.String(), complaints.String()
}

func TestMissingSettings(t *testing.T) {
	full := []string{"--name", "desk-1", "--server", "http://127.0.0.1:1", "--token", "secret", "--spool", t.TempDir(), "--device", "escl:http://127.0.0.1:1/eSCL"}
	for i := 0; i < len(full); i += 2 {
		args := append(append([]string{"run"}, full[:i]...), full[i+2:]...)
		status, _, stderr := program(t, args...)
		if key := strings.TrimPrefix(full[i], "--"); status == 0 || !strings.Contains(stderr, key+" is missing") || !strings.Contains(stderr, key+" がありません") {
			t.Errorf("without %s: status %d\n%s", full[i], status, stderr)
		}
	}
	for name, args := range map[string][]string{
		"this computer alone": {"--page", "0.0.0.0:0"},
		"not encrypted":       {"--server", "http://192.0.2.7"},
		"of the form escl":    {"--device", "usb"},
		"server pin":          {"--server", "https://127.0.0.1:1", "--server-pin", "nonsense"},
	} {
		status, _, stderr := program(t, append(append([]string{"run"}, full...), args...)...)
		if status == 0 || !strings.Contains(stderr, name) {
			t.Errorf("%v: status %d\n%s", args, status, stderr)
		}
	}
}

// The command line goes before the file.
func TestFlagsGoBeforeTheFile(t *testing.T) {
	spool, path := t.TempDir(), filepath.Join(t.TempDir(), "station.conf")
	if err := os.WriteFile(path, []byte("name = desk-1\nspool = "+spool+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, stdout, stderr := program(t, "status", "--config", path); status != 0 || !strings.Contains(stdout, "0 sheets wait") {
		t.Fatalf("status %d: %s%s", status, stdout, stderr)
	}
	status, _, stderr := program(t, "status", "--config", path, "--name", "desk-2")
	if status == 0 || !strings.Contains(stderr, "desk-2") || !strings.Contains(stderr, "別の名前の端末") {
		t.Errorf("a spool of another station: status %d\n%s", status, stderr)
	}
}

// A spool that cannot be used is explained, and stays as it was.
func TestSpoolsThatCannotBeUsed(t *testing.T) {
	spool := t.TempDir()
	held, err := station.Open(station.Config{Name: "desk-1", Dir: spool})
	if err != nil {
		t.Fatal(err)
	}
	status, _, stderr := program(t, "status", "--name", "desk-1", "--spool", spool)
	if status == 0 || !strings.Contains(stderr, "もう動いています") || !strings.Contains(stderr, "running already") {
		t.Errorf("a second program: status %d\n%s", status, stderr)
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	marker := filepath.Join(spool, "station.json")
	for _, version := range []string{"0", "99"} {
		old := []byte(`{"version":` + version + `,"station":"desk-1"}`)
		if err := os.WriteFile(marker, old, 0o600); err != nil {
			t.Fatal(err)
		}
		status, _, stderr = program(t, "status", "--name", "desk-1", "--spool", spool)
		if status == 0 || !strings.Contains(stderr, "別の版のプログラム") {
			t.Errorf("version %s: status %d\n%s", version, status, stderr)
		}
		if now, err := os.ReadFile(marker); err != nil || !bytes.Equal(now, old) {
			t.Errorf("version %s was changed: %s, %v", version, now, err)
		}
	}
	// Nobody can make a folder in these two; /sys says that it may not be written to.
	for folder, want := range map[string]string{"/proc/spool": "ディスクで障害", "/sys/spool": "書き込めません"} {
		status, _, stderr = program(t, "status", "--name", "desk-1", "--spool", folder)
		if status == 0 || !strings.Contains(stderr, want) || !strings.Contains(stderr, "administrator") {
			t.Errorf("a spool at %s: status %d\n%s", folder, status, stderr)
		}
	}
}

func FuzzConfiguration(f *testing.F) {
	f.Add("name = desk-1\nserver_pin = " + pinned)
	f.Add("\ufeff#\n=\n")
	f.Fuzz(func(t *testing.T, text string) {
		values, err := parseConfiguration("file", strings.NewReader(text))
		if err != nil && values != nil {
			t.Error("half a configuration")
		}
		for name, value := range values {
			if value == "" || !strings.Contains(text, name) {
				t.Errorf("%q = %q", name, value)
			}
		}
	})
}
