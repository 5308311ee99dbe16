package discover

import (
	"io"
	"log"
	"net"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/mdns"
	"github.com/miekg/dns"
)

// loopback returns the interface that every machine has, with or without a
// network.
func loopback(t *testing.T) *net.Interface {
	t.Helper()
	interfaces, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range interfaces {
		if found.Flags&net.FlagLoopback != 0 && found.Flags&net.FlagUp != 0 {
			return &found
		}
	}
	t.Fatal("no loopback interface")
	return nil
}

// zone is several devices behind one responder, as a gateway announces them.
type zone []*mdns.MDNSService

func (z zone) Records(question dns.Question) []dns.RR {
	var records []dns.RR
	for _, service := range z {
		records = append(records, service.Records(question)...)
	}
	return records
}

func announce(t *testing.T, services ...*mdns.MDNSService) {
	t.Helper()
	server, err := mdns.NewServer(&mdns.Config{Zone: zone(services), Iface: loopback(t), Logger: log.New(io.Discard, "", 0)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Shutdown() })
}

func service(t *testing.T, instance, kind, host string, port int, texts ...string) *mdns.MDNSService {
	t.Helper()
	made, err := mdns.NewMDNSService(instance, kind, "", host, port, []net.IP{net.IPv4(192, 0, 2, 7)}, texts)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// A responder that was not written here, over real sockets: two scanners on one
// host, one of them with and without TLS, and a printer that is none.
func TestNetwork(t *testing.T) {
	const uuid = "UUID=4509A320-00A0-008F-00B6-002507510ECA"
	announce(t,
		service(t, `Example\ Duplex\ 4000\ v1\.2`, "_uscan._tcp", "office.local.", 80, "txtvers=1", "rs=/eSCL/", "ty=Example", "note=2階 窓口",
			"is=platen,adf", "duplex=T", "pdl=application/pdf,image/jpeg", uuid),
		service(t, `Example\ Duplex\ 4000\ v1\.2`, "_uscans._tcp", "office.local.", 443, "txtvers=1", "rs=eSCL", uuid),
		service(t, "Flatbed", "_uscan._tcp", "office.local.", 8090, "rs=scan/two", "is=platen", "duplex=F"),
		service(t, "Printer", "_ipp._tcp", "office.local.", 631),
	)
	want := []Scanner{
		{Device: "escl:http://192.0.2.7:80/eSCL", Secure: "escl:https://192.0.2.7:443/eSCL", Name: "Example Duplex 4000 v1.2", Place: "2階 窓口",
			ID: "4509a320-00a0-008f-00b6-002507510eca", Feeder: true, Duplex: true, Formats: []string{"application/pdf", "image/jpeg"}},
		{Device: "escl:http://192.0.2.7:8090/scan/two", Name: "Flatbed"},
	}
	var found []Scanner
	for range 10 { // a machine under load may be late
		var err error
		found, err = Network(t.Context(), Config{Wait: time.Second, Interface: loopback(t).Name})
		if err != nil {
			t.Fatal(err)
		}
		if reflect.DeepEqual(found, want) {
			return
		}
	}
	t.Errorf("found\n%+v, want\n%+v", found, want)
}

func TestNoInterface(t *testing.T) {
	if found, err := Network(t.Context(), Config{Wait: time.Millisecond, Interface: "none0"}); err == nil || found != nil {
		t.Errorf("%v, %v", found, err)
	}
}

// heardFrom is what one packet told.
func heardFrom(t testing.TB, r *records, zone string, lines ...string) {
	t.Helper()
	message := &dns.Msg{}
	message.Response = true
	for _, line := range lines {
		record, err := dns.NewRR(line)
		if err != nil {
			t.Fatal(line, err)
		}
		message.Answer = append(message.Answer, record)
	}
	r.add(message, zone)
}

// Answers come in any order and in pieces; what is left out is asked for.
func TestAnswersInPieces(t *testing.T) {
	const instance = `S\.1\ Feeder._uscan._tcp.local.`
	r := newRecords()
	asked := func(name string, kind uint16) bool { return slices.Contains(r.missing(), question(name, kind)) }
	heardFrom(t, r, "eth0", "office.local. 120 IN AAAA fe80::7")
	heardFrom(t, r, "eth0", plainService+" 120 IN PTR "+instance)
	if len(r.incomplete) != 1 || !asked(instance, dns.TypeSRV) || !asked(instance, dns.TypeTXT) {
		t.Error("an instance is known, and not asked for where it is")
	}
	heardFrom(t, r, "eth0", instance+" 120 IN SRV 0 0 80 Other.local.")
	if !asked("Other.local.", dns.TypeA) || asked(instance, dns.TypeSRV) {
		t.Error("a host is known, and not asked for its address")
	}
	if found := r.scanners(); len(found) != 0 {
		t.Errorf("a scanner without an address: %+v", found)
	}
	heardFrom(t, r, "eth0", instance+" 120 IN SRV 0 0 80 Office.local.")
	found := r.scanners()
	if len(found) != 1 || found[0].Device != "escl:http://[fe80::7%25eth0]:80/eSCL" || found[0].Name != "S.1 Feeder" {
		t.Errorf("%+v", found)
	}
	heardFrom(t, r, "eth0", "office.local. 120 IN AAAA fd00::7", "office.local. 120 IN A 192.0.2.9", instance+` 120 IN TXT "Duplex=t" "duplex=F" "is=adf"`)
	found = r.scanners()
	if len(found) != 1 || found[0].Device != "escl:http://192.0.2.9:80/eSCL" || !found[0].Duplex || !found[0].Feeder {
		t.Errorf("%+v", found)
	}
	if len(r.missing()) != 2 {
		t.Errorf("still asks for %v", r.missing())
	}
}

// What devices call themselves ends up on a terminal and a page.
func TestNamesAreTamed(t *testing.T) {
	r := newRecords()
	const instance = `\027[31mred\010line._uscan._tcp.local.`
	heardFrom(t, r, "lo", plainService+" 120 IN PTR "+instance, instance+" 120 IN SRV 0 0 80 a.local.", "a.local. 120 IN A 192.0.2.9")
	if found := r.scanners(); len(found) != 1 || found[0].Name != "[31mred line" {
		t.Errorf("%+v", found)
	}
	for i := range 2 * mostRecords {
		heardFrom(t, r, "lo", plainService+" 120 IN PTR "+string(rune('a'+i%26))+dns.Fqdn(time.Duration(i).String())+plainService)
	}
	if len(r.instances[plainService]) > mostRecords {
		t.Error("strangers fill the memory")
	}
}

func FuzzAnswers(f *testing.F) {
	message := &dns.Msg{}
	message.Response = true
	for _, line := range []string{plainService + ` 120 IN PTR a\.b._uscan._tcp.local.`, `a\.b._uscan._tcp.local. 120 IN SRV 0 0 80 h.local.`,
		`a\.b._uscan._tcp.local. 120 IN TXT "rs=eSCL"`, "h.local. 120 IN AAAA fe80::1"} {
		record, err := dns.NewRR(line)
		if err != nil {
			f.Fatal(err)
		}
		message.Answer = append(message.Answer, record)
	}
	packet, err := message.Pack()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packet)
	f.Fuzz(func(t *testing.T, packet []byte) {
		var message dns.Msg
		if message.Unpack(packet) != nil {
			return
		}
		r := newRecords()
		r.add(&message, "lo")
		r.missing()
		for _, found := range r.scanners() {
			for _, text := range []string{found.Device, found.Secure, found.Name, found.Place, found.ID} {
				if printable(text) != text {
					t.Errorf("%q is not fit for a terminal", text)
				}
			}
		}
	})
}
