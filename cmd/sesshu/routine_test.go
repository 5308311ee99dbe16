package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/decide"
	"sesshu/samples/fiction"
	"sesshu/samples/hand"
	"sesshu/samples/page"
	"sesshu/samples/scan"
	"sesshu/samples/typeface"
)

// routineCity draws slips of routine vaccinations of one made-up city.
type routineCity struct {
	t       *testing.T
	world   *fiction.World
	printer *page.Printer
	scanner *scan.Scanner
	random  *rand.Rand
}

func newRoutineCity(t *testing.T, seed uint64) *routineCity {
	t.Helper()
	forms, err := (&Settings{}).loadForms()
	if err != nil {
		t.Fatal(err)
	}
	fonts, err := typeface.Open(typeface.Directories())
	if err != nil {
		t.Fatal(err)
	}
	printer, err := page.NewPrinter([]*form.Form{formNamed(forms, "routine")}, fonts, hand.NewKit(nil, fonts.Faces(typeface.Japanese)))
	if err != nil {
		t.Fatal(err)
	}
	world, err := fiction.New(seed, 20)
	if err != nil {
		t.Fatal(err)
	}
	return &routineCity{t: t, world: world, printer: printer, scanner: scan.NewScanner(printer.Back()), random: rand.New(rand.NewPCG(seed, 1))}
}

// visit makes up a child's first dose of a vaccine.
func (c *routineCity) visit(child fiction.Child, vaccine string) page.Slip {
	child.Dose = "1"
	filled := page.Slip{
		Holder: child.Holder, Reference: child.Reference, Parent: child.Parent, Consent: "yes",
		DateBy: page.ByPrint, FacilityBy: page.ByPrint, AmountBy: page.ByPrint, Neat: 1, Toner: 1,
	}
	for filled.Visit.Lot.Vaccine() != vaccine {
		filled.Visit = c.world.RoutineVisit(c.random)
	}
	return filled
}

// scan fills one more paper and scans it: two of one slip differ in all that
// hands and printers do.
func (c *routineCity) scan(filled page.Slip) []byte {
	c.t.Helper()
	paper, err := c.printer.Fill(c.random, "routine", filled)
	if err != nil {
		c.t.Fatal(err)
	}
	settings := scan.Draw(c.random, scan.Clean)
	file, err := scan.JPEG(c.scanner.Scan(c.random, paper, 300/25.4, settings), settings.DPI, settings.Quality)
	if err != nil {
		c.t.Fatal(err)
	}
	return file
}

// said is what a slip says of its values.
func said(filled page.Slip) map[slip.Value]string {
	return map[slip.Value]string{
		slip.ReferenceNumber: filled.Reference, slip.MunicipalityCode: filled.Holder.MunicipalityCode,
		slip.Vaccine: filled.Visit.Lot.Vaccine(), slip.Dose: filled.Holder.Dose, slip.VaccinationDate: filled.Visit.Day.Format(time.DateOnly),
		slip.LotNumber: filled.Visit.Lot.LotNumber, slip.Manufacturer: filled.Visit.Lot.Manufacturer,
		slip.FacilityCode: filled.Visit.Facility.FacilityCode, slip.BirthDate: filled.Holder.BirthDate,
		slip.AmountML: filled.Visit.AmountML, slip.Consent: filled.Consent,
	}
}

// oneTickPolicy is the policy of a city that accepts one tick among four as it
// is read. The shipped one asks for it: the reader is about 0.98 sure of such a
// tick, and nothing else on the slip says the same.
func oneTickPolicy(t *testing.T) string {
	t.Helper()
	policy := decide.DefaultPolicy()
	policy.AcceptFrom[slip.Dose], policy.AcceptFrom[slip.Vaccine] = 0.9, 0.9
	text, err := policy.Text()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// reviewer is somebody signed in at a service's desk.
type reviewer struct {
	t       *testing.T
	address string
	client  http.Client
}

// shownSlip is the part of the desk's view of a slip that a reviewer needs here.
type shownSlip struct {
	ID        int64
	Version   int
	First     *struct{ Entry int64 }
	Questions []struct{ Code slip.Reason }
	Fields    []struct {
		Value slip.Value
		Open  bool
	}
}

func signIn(t *testing.T, service *runningService, name, password string) *reviewer {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &reviewer{t: t, address: service.address, client: http.Client{Jar: jar, Timeout: time.Minute}}
	response, err := r.client.PostForm(r.address+"/sign-in", url.Values{"account": {name}, "password": {password}})
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("sign in: %s", response.Status)
	}
	return r
}

// post does a deed and returns the status; the answer is read into shown when
// it is a slip.
func (r *reviewer) post(path string, deed map[string]any, shown *shownSlip) int {
	r.t.Helper()
	body, err := json.Marshal(deed)
	if err != nil {
		r.t.Fatal(err)
	}
	response, err := r.client.Post(r.address+path, "application/json", bytes.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	if shown != nil && response.StatusCode == http.StatusOK {
		*shown = shownSlip{}
		if err := json.Unmarshal(text, shown); err != nil {
			r.t.Fatal(err)
		}
	}
	return response.StatusCode
}

// next takes the next slip that waits.
func (r *reviewer) next() shownSlip {
	r.t.Helper()
	var shown shownSlip
	if status := r.post("/items/next", map[string]any{"after": 0}, &shown); status != http.StatusOK {
		r.t.Fatalf("no slip waits: status %d", status)
	}
	return shown
}

// answer says what the slip says wherever it is asked, and returns what was.
func (r *reviewer) answer(shown *shownSlip, values map[slip.Value]string) []slip.Value {
	r.t.Helper()
	var asked []slip.Value
	for {
		at := slices.IndexFunc(shown.Fields, func(field struct {
			Value slip.Value
			Open  bool
		}) bool {
			return field.Open
		})
		if at < 0 {
			return asked
		}
		value := shown.Fields[at].Value
		if slices.Contains(asked, value) {
			r.t.Fatalf("%s is asked again", value)
		}
		asked = append(asked, value)
		deed := map[string]any{"version": shown.Version, "value": value, "text": values[value]}
		if status := r.post(fmt.Sprintf("/items/%d/answers", shown.ID), deed, shown); status != http.StatusOK {
			r.t.Fatalf("answer %s: status %d", value, status)
		}
	}
}

func (r *reviewer) confirm(shown shownSlip) int {
	r.t.Helper()
	return r.post(fmt.Sprintf("/items/%d/confirm", shown.ID), map[string]any{"version": shown.Version, "checked": []string{}}, nil)
}

// TestRoutineSlipsFromPaperToLedger hands in slips of the third form: one that is
// certain enters by itself, and so does the same child's of another vaccination;
// another paper of the first dose is a duplicate; one that is asked is answered
// at the desk, enters, and is known from then on.
func TestRoutineSlipsFromPaperToLedger(t *testing.T) {
	city := newRoutineCity(t, 77)
	masters := t.TempDir()
	if err := city.world.WriteMasters(masters); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SESSHU_POLICY", oneTickPolicy(t))
	state := t.TempDir()
	service := startService(t, state)
	command(t, state, "master", "load", filepath.Join(masters, "tickets.csv"), filepath.Join(masters, "lots.csv"), filepath.Join(masters, "facilities.csv"))
	password := command(t, state, "user", "add", "hanako", "--generate")
	desk := signIn(t, service, "hanako", lastLine(password))

	fed := 0
	feed := func(filled page.Slip) slip.BatchCount {
		t.Helper()
		fed++
		if status := service.handIn(t, "routine", fed, city.scan(filled)); status != http.StatusCreated {
			t.Fatalf("sheet %d: status %d", fed, status)
		}
		for deadline := time.Now().Add(4 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
			if count := service.batch(t, http.MethodGet, "routine", ""); count.Stored == fed && count.Waiting == 0 {
				return count
			}
			if time.Now().After(deadline) {
				t.Fatalf("sheet %d is not read:\n%s", fed, service.stderr.String())
			}
		}
	}
	service.batch(t, http.MethodPut, "routine", `{"declared":6}`)
	first, second := city.world.Child(city.random), city.world.Child(city.random)

	measles := city.visit(first, "麻しん風しん混合")
	quadruple := city.visit(first, "四種混合")
	feed(measles)
	if count := feed(quadruple); count.Accepted != 2 || count.Review != 0 {
		t.Fatalf("two doses of one child: %+v\n%s", count, service.get(t, "/v1/entries"))
	}
	checkFeed(t, service, measles, quadruple)

	// Another paper of the same dose: the clinic wrote it out twice.
	if count := feed(measles); count.Accepted != 2 || count.Review != 1 {
		t.Fatalf("the first dose again: %+v", count)
	}
	shown := desk.next()
	desk.answer(&shown, said(measles))
	if shown.First == nil || shown.First.Entry != 1 || len(shown.Questions) != 1 || shown.Questions[0].Code != slip.ReasonDuplicate {
		t.Errorf("the desk shows %+v beside %+v", shown.Questions, shown.First)
	}
	if status := desk.confirm(shown); status != http.StatusConflict {
		t.Errorf("a duplicate can be confirmed: status %d", status)
	}
	if status := desk.post(fmt.Sprintf("/items/%d/rejection", shown.ID), map[string]any{"version": shown.Version, "reason": "duplicate"}, nil); status >= 300 {
		t.Errorf("the duplicate is not rejected: status %d", status)
	}

	// A slip that the machine will not vouch for.
	written := city.visit(second, "麻しん風しん混合")
	written.LotByHand = true
	if count := feed(written); count.Accepted != 2 || count.Review != 1 {
		t.Fatalf("a lot written by hand: %+v", count)
	}
	shown = desk.next()
	if asked := desk.answer(&shown, said(written)); !slices.Contains(asked, slip.LotNumber) {
		t.Errorf("asked for %v", asked)
	}
	if status := desk.confirm(shown); status >= 300 {
		t.Fatalf("not confirmed: status %d", status)
	}
	checkFeed(t, service, measles, quadruple, written)
	written.LotByHand = false
	if count := feed(written); count.Review != 1 || count.Accepted != 3 {
		t.Errorf("the confirmed dose again: %+v", count)
	}
	if shown = desk.next(); shown.First == nil || shown.First.Entry != 3 {
		t.Errorf("the desk shows the paper beside %+v", shown.First)
	}

	for _, filled := range []page.Slip{measles, written} {
		for _, value := range []slip.Value{slip.ReferenceNumber, slip.FacilityCode} {
			if strings.Contains(service.stderr.String(), said(filled)[value]) {
				t.Errorf("the log holds a %s", value)
			}
		}
	}
	command(t, state, "verify")
}

// checkFeed compares the feed with the slips that have entered.
func checkFeed(t *testing.T, service *runningService, entered ...page.Slip) {
	t.Helper()
	text := service.get(t, "/v1/entries")
	var page struct{ Entries []slip.Entry }
	if err := json.Unmarshal([]byte(text), &page); err != nil {
		t.Fatal(err)
	}
	if len(page.Entries) != len(entered) {
		t.Fatalf("the feed holds %d entries, want %d", len(page.Entries), len(entered))
	}
	for i, entry := range page.Entries {
		want := said(entered[i])
		for value, text := range entry.Values {
			if text != want[value] {
				t.Errorf("entry %d: %s is not what the slip says", i+1, value)
			}
		}
		for _, value := range []slip.Value{slip.ReferenceNumber, slip.MunicipalityCode, slip.Vaccine, slip.Dose, slip.VaccinationDate, slip.LotNumber} {
			if entry.Values[value] == "" {
				t.Errorf("entry %d has no %s", i+1, value)
			}
		}
	}
	if strings.Contains(text, string(slip.TicketNumber)) {
		t.Error("the feed speaks of a ticket number")
	}
}
