package discover

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/net/ipv4"
)

// The services under which eSCL devices announce themselves (Mopria eSCL
// specification, discovery), without and with TLS.
const (
	plainService  = "_uscan._tcp.local."
	secureService = "_uscans._tcp.local."
)

// Where multicast DNS is spoken (RFC 6762, section 3).
var (
	group4 = &net.UDPAddr{IP: net.IPv4(224, 0, 0, 251), Port: 5353}
	group6 = net.ParseIP("ff02::fb")
)

// askAgain is how long after the first question the second one follows; devices
// that sleep miss the first.
const askAgain = time.Second

// Network asks for eSCL devices on the local network and waits for answers. It
// returns an error only when it could ask on no interface at all.
//
// The questions are one-shot (RFC 6762, sections 5.1 and 6.7): they are sent
// from a port of their own, so answers come to that port alone, and neither
// another program that holds port 5353 nor a firewall that keeps multicast out
// is in the way. The libraries at hand were rejected: what was available keeps
// one entry a packet and a host, and so loses scanners of a gateway that
// announces several.
func Network(ctx context.Context, config Config) ([]Scanner, error) {
	if config.Wait <= 0 {
		config.Wait = 3 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, config.Wait)
	defer cancel()
	sockets, err := openSockets(config.Interface)
	if len(sockets) == 0 {
		return nil, fmt.Errorf("look for scanners on the network: %w", errors.Join(err, errNoInterface))
	}
	heard := newRecords()
	var listening sync.WaitGroup
	for _, s := range sockets {
		listening.Go(func() { s.listen(heard) })
	}
	asked := 0
	for again := time.NewTicker(askAgain); ; {
		questions := heard.missing()
		for _, s := range sockets {
			if s.ask(questions) == nil {
				asked++
			}
		}
		select {
		case <-ctx.Done():
			again.Stop()
			for _, s := range sockets {
				_ = s.connection.Close() // ends its listening
			}
			listening.Wait()
			if asked == 0 {
				return nil, fmt.Errorf("look for scanners on the network: %w", errNoInterface)
			}
			return heard.scanners(), nil
		case <-heard.incomplete: // ask at once for what an answer left out
		case <-again.C:
		}
	}
}

var errNoInterface = errors.New("no network interface that can be asked on")

// socket asks on one interface, by one version of IP.
type socket struct {
	connection *net.UDPConn
	group      *net.UDPAddr
	zone       string // the interface, for link-local addresses
}

// openSockets opens what can be opened. Loopback is asked, too: scanners on USB
// are announced there by ipp-usb.
func openSockets(name string) (sockets []*socket, failed error) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	for _, found := range interfaces {
		if name != "" && found.Name != name || name == "" && found.Flags&net.FlagUp == 0 {
			continue
		}
		four, err4 := open4(&found)
		six, err6 := open6(&found)
		failed = errors.Join(failed, err4, err6)
		for _, s := range []*socket{four, six} {
			if s != nil {
				sockets = append(sockets, s)
			}
		}
	}
	return sockets, failed
}

func open4(on *net.Interface) (*socket, error) {
	connection, err := net.ListenUDP("udp4", nil)
	if err != nil {
		return nil, err
	}
	packets := ipv4.NewPacketConn(connection)
	err = errors.Join(packets.SetMulticastInterface(on), packets.SetMulticastTTL(255), packets.SetMulticastLoopback(true))
	if err != nil {
		return nil, errors.Join(err, connection.Close())
	}
	return &socket{connection: connection, group: group4, zone: on.Name}, nil
}

func open6(on *net.Interface) (*socket, error) {
	connection, err := net.ListenUDP("udp6", nil)
	if err != nil {
		return nil, err
	}
	return &socket{connection: connection, group: &net.UDPAddr{IP: group6, Port: 5353, Zone: on.Name}, zone: on.Name}, nil
}

// ask sends the questions.
func (s *socket) ask(questions []dns.Question) error {
	message := dns.Msg{Question: questions}
	packet, err := message.Pack()
	if err != nil {
		return err
	}
	_, err = s.connection.WriteToUDP(packet, s.group)
	return err
}

// listen takes in answers until the connection is closed.
func (s *socket) listen(heard *records) {
	buffer := make([]byte, 9000) // the most, RFC 6762 section 17
	for {
		length, _, err := s.connection.ReadFromUDP(buffer)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // an ICMP message about a question; the next read may succeed
		}
		var message dns.Msg
		if message.Unpack(buffer[:length]) == nil && message.Response {
			heard.add(&message, s.zone)
		}
	}
}
