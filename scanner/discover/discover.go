// Package discover finds scanners: eSCL devices that announce themselves on the
// local network, by multicast DNS, and the devices that SANE knows on this
// machine. What it returns is what they say of themselves; nothing is trusted
// by being found, and nobody is scanned from before a person has chosen.
package discover

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"sesshu/scanner/pin"
)

// Scanner is a device that was found.
type Scanner struct {
	// Device is its address as the station takes it: escl:http://HOST/eSCL or
	// sane:NAME.
	Device string `json:"device"`
	// Secure is the same device's address over HTTPS, empty when it has none.
	// Such devices sign their own certificates: see package pin.
	Secure string `json:"secure,omitempty"`
	// Key is the public key that it showed at that address, to be compared and
	// pinned.
	Key   string `json:"key,omitempty"`
	Name  string `json:"name"`            // what it calls itself, or its model
	Place string `json:"place,omitempty"` // where it stands, when somebody has entered that
	ID    string `json:"id,omitempty"`    // its UUID, the same over power cycles and addresses
	// Feeder and Duplex are as announced; false also when nothing was said.
	Feeder  bool     `json:"feeder"`
	Duplex  bool     `json:"duplex"`
	Formats []string `json:"formats,omitempty"`
}

// Config says where to look and for how long.
type Config struct {
	// Wait is how long answers are waited for. Zero means 3 s: devices answer
	// within some 100 ms, those that sleep after the second question.
	Wait time.Duration
	// Interface is the one network interface to ask on. Empty asks on all.
	Interface string
	// Scanimage is the program that lists SANE's devices. Empty means
	// scanimage.
	Scanimage string
}

// All looks on the network and on this machine at once. The scanners of one
// place are returned also when the other could not be searched; the errors say
// why.
func All(ctx context.Context, config Config) (found []Scanner, network, local error) {
	type answer struct {
		found []Scanner
		err   error
	}
	listed := make(chan answer, 1)
	go func() {
		devices, err := Local(ctx, config)
		listed <- answer{devices, err}
	}()
	found, network = Network(ctx, config)
	askKeys(ctx, found)
	sane := <-listed
	for _, device := range sane.found {
		// SANE's own clients of network scanners show the same devices again,
		// and tell less: they know no double feed.
		name := strings.TrimPrefix(device.Device, "sane:")
		again := strings.HasPrefix(name, "airscan:") || strings.HasPrefix(name, "escl:")
		if !again || len(found) == 0 {
			found = append(found, device)
		}
	}
	return found, network, sane.err
}

// askKeys fills in the keys of the devices that speak TLS.
func askKeys(ctx context.Context, found []Scanner) {
	ctx, cancel := context.WithTimeout(ctx, keyPatience)
	defer cancel()
	var asking sync.WaitGroup
	for i := range found {
		address, err := url.Parse(strings.TrimPrefix(found[i].Secure, "escl:"))
		if err != nil || found[i].Secure == "" {
			continue
		}
		asking.Go(func() {
			if key, err := pin.Shown(ctx, address.Host); err == nil {
				found[i].Key = key.String()
			}
		})
	}
	asking.Wait()
}

// keyPatience bounds the question for keys; who does not answer is listed
// without.
const keyPatience = 3 * time.Second

// printable makes a text from the network fit for a terminal and a page: one
// line, no control characters, no more than 120 characters.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, " "))
	characters := []rune(strings.Join(strings.Fields(text), " "))
	const most = 120
	return string(characters[:min(len(characters), most)])
}

// sorted orders scanners by name, then address, so that a list stays the same
// from one look to the next.
func sorted(scanners []Scanner) []Scanner {
	slices.SortFunc(scanners, func(a, b Scanner) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Device, b.Device))
	})
	return scanners
}
