package discover

import (
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/miekg/dns"
)

// mostRecords bounds what strangers on the network can make us keep.
const mostRecords = 2048

// records is what was heard, from all devices over all interfaces, until it is
// put together: which device's answers come in which packet differs.
type records struct {
	incomplete chan struct{} // holds a token when an answer left something out

	mu        sync.Mutex
	count     int
	instances map[string][]string // of a service: full names of instances
	places    map[string]dns.SRV  // of an instance
	texts     map[string][]string // of an instance
	addresses map[string][]string // of a host, as they stand in a URL
	asked     map[dns.Question]bool
}

func newRecords() *records {
	return &records{incomplete: make(chan struct{}, 1), instances: map[string][]string{}, places: map[string]dns.SRV{},
		texts: map[string][]string{}, addresses: map[string][]string{}, asked: map[dns.Question]bool{}}
}

// add takes one answer in. zone is the interface on which it came.
func (r *records) add(message *dns.Msg, zone string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, record := range slices.Concat(message.Answer, message.Extra) {
		if r.count++; r.count > mostRecords {
			return
		}
		name := strings.ToLower(record.Header().Name)
		switch record := record.(type) {
		case *dns.PTR:
			if name == plainService || name == secureService {
				r.instances[name] = appendNew(r.instances[name], record.Ptr)
			}
		case *dns.SRV:
			r.places[name] = *record
		case *dns.TXT:
			r.texts[name] = record.Txt
		case *dns.A:
			r.addresses[name] = appendNew(r.addresses[name], record.A.String())
		case *dns.AAAA:
			r.addresses[name] = appendNew(r.addresses[name], address6(record.AAAA, zone))
		}
	}
	for _, question := range r.open() {
		if !r.asked[question] {
			select {
			case r.incomplete <- struct{}{}:
			default:
			}
			return
		}
	}
}

// address6 writes an address as a URL needs it. A link-local one means nothing
// without its interface.
func address6(address net.IP, zone string) string {
	if address.IsLinkLocalUnicast() {
		return "[" + address.String() + "%25" + url.PathEscape(zone) + "]"
	}
	return "[" + address.String() + "]"
}

// missing returns what to ask next: for the services always, and for whatever
// the answers left out.
func (r *records) missing() []dns.Question {
	r.mu.Lock()
	defer r.mu.Unlock()
	questions := append([]dns.Question{question(plainService, dns.TypePTR), question(secureService, dns.TypePTR)}, r.open()...)
	for _, asked := range questions {
		r.asked[asked] = true
	}
	return questions
}

// open lists what is known to exist and not known yet. r.mu is held.
func (r *records) open() []dns.Question {
	const most = 20 // to fit one packet; the rest is asked for the next time
	var questions []dns.Question
	for _, service := range []string{plainService, secureService} {
		for _, instance := range r.instances[service] {
			if len(questions) >= most {
				return questions
			}
			place, placed := r.places[strings.ToLower(instance)]
			if !placed {
				questions = append(questions, question(instance, dns.TypeSRV))
			} else if len(r.addresses[strings.ToLower(place.Target)]) == 0 {
				questions = append(questions, question(place.Target, dns.TypeA), question(place.Target, dns.TypeAAAA))
			}
			if _, told := r.texts[strings.ToLower(instance)]; !told {
				questions = append(questions, question(instance, dns.TypeTXT))
			}
		}
	}
	return questions
}

func question(name string, kind uint16) dns.Question {
	return dns.Question{Name: name, Qtype: kind, Qclass: dns.ClassINET}
}

// scanners puts the records together. A device is known by its UUID or, without
// one, by its name; it is one scanner whether it offers TLS or not.
func (r *records) scanners() []Scanner {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := map[string]*Scanner{}
	for _, service := range []string{plainService, secureService} {
		for _, instance := range r.instances[service] {
			address, known := r.address(instance)
			if !known {
				continue
			}
			texts := textMap(r.texts[strings.ToLower(instance)])
			name := printable(unescape(strings.TrimSuffix(instance, "."+service)))
			one := Scanner{Name: name, Place: printable(texts["note"]), ID: printable(strings.ToLower(texts["uuid"])),
				Duplex: strings.EqualFold(texts["duplex"], "t"), Feeder: strings.Contains(strings.ToLower(texts["is"]), "adf")}
			if model := printable(texts["ty"]); model != "" && name == "" {
				one.Name = model
			}
			for _, format := range strings.Split(texts["pdl"], ",") {
				if format = printable(format); format != "" {
					one.Formats = append(one.Formats, format)
				}
			}
			root := address + resource(texts["rs"])
			key := one.ID
			if key == "" {
				key = name
			}
			if found[key] == nil {
				found[key] = &one
			}
			if service == plainService {
				found[key].Device = "escl:http://" + root
			} else {
				found[key].Secure = "escl:https://" + root
			}
		}
	}
	var list []Scanner
	for _, one := range found {
		if one.Device == "" {
			one.Device = one.Secure
		}
		list = append(list, *one)
	}
	return sorted(list)
}

// address returns HOST:PORT of an instance: by IPv4 where it has one, by a
// link-local address of IPv6 only when it has no other.
func (r *records) address(instance string) (address string, known bool) {
	place, known := r.places[strings.ToLower(instance)]
	addresses := slices.Clone(r.addresses[strings.ToLower(place.Target)])
	if !known || len(addresses) == 0 || place.Port == 0 {
		return "", false
	}
	rank := func(address string) int {
		switch {
		case !strings.HasPrefix(address, "["):
			return 0
		case !strings.Contains(address, "%"):
			return 1
		}
		return 2
	}
	slices.SortStableFunc(addresses, func(a, b string) int { return rank(a) - rank(b) })
	return addresses[0] + ":" + strconv.Itoa(int(place.Port)), true
}

// resource makes the path of the device's eSCL root from the key rs, which makers
// write with and without slashes, and leave out.
func resource(rs string) string {
	rs = strings.Trim(printable(rs), "/")
	if rs == "" {
		rs = "eSCL"
	}
	return (&url.URL{Path: "/" + rs}).EscapedPath()
}

// textMap reads the pairs of a TXT record (RFC 6763, section 6.4): keys without
// regard to case, the first of equal ones.
func textMap(texts []string) map[string]string {
	pairs := map[string]string{}
	for _, text := range texts {
		key, value, _ := strings.Cut(unescape(text), "=")
		if _, twice := pairs[strings.ToLower(key)]; !twice {
			pairs[strings.ToLower(key)] = value
		}
	}
	return pairs
}

// unescape undoes the presentation form of names and texts (RFC 1035, section
// 5.1): \. and \032.
func unescape(text string) string {
	var plain []byte
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			plain = append(plain, text[i])
			continue
		}
		if i+3 < len(text) {
			if code, err := strconv.ParseUint(text[i+1:i+4], 10, 8); err == nil {
				plain = append(plain, byte(code))
				i += 3
				continue
			}
		}
		i++
		plain = append(plain, text[i])
	}
	return string(plain)
}

func appendNew(list []string, text string) []string {
	if slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}
