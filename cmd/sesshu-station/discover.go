package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"sesshu/scanner/discover"
)

// discoverCommand lists the scanners that can be reached from here.
type discoverCommand struct {
	Wait      time.Duration `help:"How long to wait for answers from the network." default:"3s"`
	Interface string        `help:"Ask on this network interface only." placeholder:"NAME"`
	JSON      bool          `name:"json" help:"Print JSON, for programs."`
}

// Run prints what it found. Not finding anything is no error; not being able to
// look anywhere is one.
func (c *discoverCommand) Run(ctx context.Context, cli *commands) error {
	found, network, local := discover.All(ctx, discover.Config{Wait: c.Wait, Interface: c.Interface})
	if network != nil && local != nil {
		return errors.Join(network, local)
	}
	for _, failed := range []error{network, local} {
		if failed != nil && !errors.Is(failed, discover.ErrNoSANE) {
			fmt.Fprintln(cli.stderr, "sesshu-station:", failed)
		}
	}
	if c.JSON {
		if found == nil {
			found = []discover.Scanner{}
		}
		return json.NewEncoder(cli.stdout).Encode(found)
	}
	if len(found) == 0 {
		fmt.Fprintln(cli.stdout, "スキャナーが見つかりません。電源とネットワークを確かめ、見つからない場合はアドレスを --device escl:http://アドレス/eSCL のように指定してください。")
		fmt.Fprintln(cli.stdout, "No scanner was found. Check power and network; an address can always be given: --device escl:http://ADDRESS/eSCL")
	}
	for _, scanner := range found {
		fmt.Fprintln(cli.stdout, describe(scanner))
	}
	return nil
}

// describe writes one scanner as the two or three lines a person chooses by.
func describe(scanner discover.Scanner) string {
	var can []string
	if scanner.Feeder {
		can = append(can, "ADF")
	}
	if scanner.Duplex {
		can = append(can, "duplex 両面")
	}
	text := scanner.Name
	if scanner.Place != "" {
		text += " · " + scanner.Place
	}
	if len(can) > 0 {
		text += " · " + strings.Join(can, ", ")
	}
	text += "\n    --device " + scanner.Device
	if scanner.Secure != "" && scanner.Secure != scanner.Device {
		text += "\n    --device " + scanner.Secure
	}
	if scanner.Key != "" {
		text += " --device-pin " + scanner.Key
	}
	return text
}
