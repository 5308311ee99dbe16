package main

import (
	"bufio"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"sesshu/scanner/panel"
	"sesshu/scanner/pin"
	"sesshu/scanner/station"
)

// The configuration file has one setting a line, KEY = VALUE; lines that begin
// with # are remarks:
//
//	name   = desk-1
//	server = https://sesshu.example:8443
//	server_pin = sha256//…
//	token  = …
//	spool  = /var/lib/sesshu-station
//	device = escl:http://192.0.2.10/eSCL
//
// The command line goes before the file, and the file before the environment.

// key is one setting of the file.
type key struct {
	name  string
	check func(value string) error
}

// keys lists the settings, in the order in which messages name them. Those that
// stand for a number or a choice are checked here, so that a message can name
// the line.
func keys() []key {
	return []key{
		{"name", station.ValidName},
		{"server", checkAddress},
		{"server_pin", checkPin},
		{"certificate", checkFile},
		{"key", checkFile},
		{"token", nil},
		{"spool", nil},
		{"device", checkDevice},
		{"device_pin", checkPin},
		{"dpi", checkDPI},
		{"duplex", checkChoice},
		{"endorse", checkChoice},
		{"drop_out", checkDropOut},
		{"black_backing", checkChoice},
		{"sane_options", checkSANEOptions},
		{"page", checkPage},
	}
}

const configurationName = "sesshu-station.conf"

// defaultFiles are read when they are there.
func defaultFiles() []string {
	files := []string{configurationName}
	if program, err := os.Executable(); err == nil {
		files = append(files, filepath.Join(filepath.Dir(program), configurationName))
	}
	return files
}

// configurationError names the place and says in both languages what is wrong.
type configurationError struct {
	file              string
	line              int
	japanese, english string
}

func (e *configurationError) Error() string {
	return fmt.Sprintf("%s:%d: %s\n%s の%d行目: %s", e.file, e.line, e.english, e.file, e.line, e.japanese)
}

// loadConfiguration reads a file for kong. Everything in it is checked before
// anything is used.
func loadConfiguration(reader io.Reader) (kong.Resolver, error) {
	file := "configuration"
	if named, ok := reader.(interface{ Name() string }); ok {
		file = named.Name()
	}
	values, err := parseConfiguration(file, reader)
	if err != nil {
		return nil, err
	}
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		value, found := values[strings.ReplaceAll(flag.Name, "-", "_")]
		if !found {
			return nil, nil
		}
		return value, nil
	}), nil
}

// parseConfiguration returns the settings of a file.
func parseConfiguration(file string, reader io.Reader) (map[string]string, error) {
	values, lines := map[string]string{}, map[string]int{}
	scan := bufio.NewScanner(reader)
	for number := 1; scan.Scan(); number++ {
		// Windows editors begin a file with a mark that nobody sees.
		line := strings.TrimSpace(strings.TrimPrefix(scan.Text(), "\ufeff"))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		wrong := func(japanese, english string) error {
			return &configurationError{file, number, japanese, english}
		}
		name, value, found := strings.Cut(line, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !found {
			return nil, wrong("「キー = 値」の形で書いてください。", "write KEY = VALUE")
		}
		at := slices.IndexFunc(keys(), func(known key) bool { return known.name == name })
		if at < 0 {
			return nil, wrong(fmt.Sprintf("キー %q はありません。使えるキー: %s", name, known()), fmt.Sprintf("there is no key %q; the keys are %s", name, known()))
		}
		if before := lines[name]; before != 0 {
			return nil, wrong(fmt.Sprintf("キー %q は%d行目にもあります。どちらかを消してください。", name, before), fmt.Sprintf("key %q stands in line %d too; delete one of them", name, before))
		}
		if value == "" {
			return nil, wrong(fmt.Sprintf("キー %q に値がありません。", name), fmt.Sprintf("key %q has no value", name))
		}
		if check := keys()[at].check; check != nil {
			if err := check(value); err != nil {
				return nil, wrong(fmt.Sprintf("キー %q の値を直してください(%v)。", name, err), fmt.Sprintf("key %q: %v", name, err))
			}
		}
		values[name], lines[name] = value, number
	}
	if err := scan.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	return values, nil
}

func known() string {
	var names []string
	for _, one := range keys() {
		names = append(names, one.name)
	}
	return strings.Join(names, ", ")
}

func checkAddress(value string) error {
	address, err := url.Parse(value)
	if err != nil || address.Host == "" || address.Scheme != "https" && address.Scheme != "http" {
		return fmt.Errorf("%q is not of the form https://HOST", value)
	}
	return nil
}

func checkPin(value string) error {
	_, err := pin.Parse(value)
	return err
}

func checkFile(value string) error {
	_, err := os.Stat(value)
	return err
}

func checkDevice(value string) error {
	kind, address, found := strings.Cut(value, ":")
	if !found || address == "" || !slices.Contains([]string{"escl", "sane", "folder"}, kind) {
		return fmt.Errorf("%q is not of the form escl:http://ADDRESS/eSCL, sane:NAME or folder:PATH", value)
	}
	return nil
}

func checkDPI(value string) error {
	if dpi, err := strconv.Atoi(value); err != nil || dpi < 100 || dpi > 1200 {
		return fmt.Errorf("%q is not a number from 100 to 1200", value)
	}
	return nil
}

func checkChoice(value string) error {
	if value != "true" && value != "false" {
		return fmt.Errorf("%q is neither true nor false", value)
	}
	return nil
}

func checkDropOut(value string) error {
	_, err := parseDropOut(value)
	return err
}

func checkSANEOptions(value string) error {
	_, err := parseSANEOptions(value)
	return err
}

func checkPage(value string) error {
	if !panel.Loopback(value) {
		return fmt.Errorf("%q is not an address of this computer alone, such as 127.0.0.1:8418", value)
	}
	return nil
}

// require returns an error that names the first missing setting of the pairs of
// key and value. Not every command needs every setting.
func (c *commands) require(pairs ...string) error {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			file := string(c.Config)
			if file == "" {
				file = configurationName
			}
			return fmt.Errorf("%[1]s is missing: write %[1]s = … into %[2]s, or give --%[1]s\n%[1]s がありません。%[2]s に %[1]s = … と書くか、--%[1]s を付けてください", pairs[i], file)
		}
	}
	return nil
}
