package review_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sesshu/ledger/slip"
)

// outcome is what the desk says of an upload.
type outcome struct {
	ID, File, Sheet, State, Outcome, Again string
	Pages                                  []struct {
		Page    int
		State   string
		Reasons []string
		Fault   *struct{ Code, Title, Remedy string }
		Retake  bool
		Item    int64
		Fields  []struct {
			Value, Shown string
			Doubt        bool
		}
	}
}

// upload sends a file as the page does.
func (d *desk) upload(cookie, id, name, content string) answered {
	d.t.Helper()
	return d.request(http.MethodPut, "/uploads/"+id, "", strings.NewReader(content), map[string]string{
		"Cookie": cookie, "Content-Type": "application/octet-stream", "Sesshu-File-Name": url.PathEscape(name),
	})
}

// outcomeOf reads an answer about one upload.
func outcomeOf(t *testing.T, got answered) outcome {
	t.Helper()
	var read outcome
	if err := json.Unmarshal([]byte(got.body), &read); err != nil {
		t.Fatalf("%d %s: %v", got.status, got.body, err)
	}
	return read
}

func uploadID(digit string) string { return strings.Repeat(digit, 32) }

const picture = "\xff\xd8\xff these bytes need not be an image"

// The same request again changes nothing; the same file on purpose is a second
// sheet, and says so.
func TestUploadsAreStoredOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, cookie := d.signIn("hanako", password)
	first := d.upload(cookie, uploadID("a"), "予診票 山田.jpg", picture)
	read := outcomeOf(t, first)
	if first.status != http.StatusCreated || read.State != slip.SheetWaiting || read.File != "予診票 山田.jpg" || !strings.HasPrefix(read.Sheet, "desk / ") || !strings.HasSuffix(read.Sheet, ".hanako / 1") {
		t.Fatalf("first: %d %+v", first.status, read)
	}
	if again := d.upload(cookie, uploadID("a"), "予診票 山田.jpg", picture); again.status != http.StatusOK || outcomeOf(t, again).Sheet != read.Sheet {
		t.Errorf("the same request again: %d %s", again.status, again.body)
	}
	wantProblem(t, d.upload(cookie, uploadID("a"), "", picture+"!"), http.StatusConflict, "sheet_conflict")
	second := d.upload(cookie, uploadID("b"), "予診票 山田.jpg", picture)
	if read := outcomeOf(t, second); second.status != http.StatusCreated || !strings.HasSuffix(read.Sheet, " / 2") || !strings.Contains(read.Again, ".hanako / 1") {
		t.Errorf("the same file on purpose: %d %+v", second.status, read)
	}
	totals, err := d.store.Totals(t.Context())
	if err != nil || totals.Stored != 2 || totals.Duplicates != 1 {
		t.Errorf("totals %+v, %v", totals, err)
	}
	header := map[string]string{"Cookie": cookie}
	got := d.request(http.MethodPost, "/uploads/outcomes", "", strings.NewReader(`{"ids":["`+uploadID("b")+`","`+uploadID("c")+`"]}`), header)
	var list struct{ Uploads []outcome }
	if err := json.Unmarshal([]byte(got.body), &list); err != nil || len(list.Uploads) != 1 || list.Uploads[0].ID != uploadID("b") {
		t.Errorf("outcomes: %s", got.body)
	}
	got = d.request(http.MethodGet, "/uploads", "", nil, header)
	if err := json.Unmarshal([]byte(got.body), &list); err != nil || len(list.Uploads) != 2 {
		t.Errorf("of today: %s", got.body)
	}
	// Nobody else sees them.
	_, other := d.signIn("taro", password)
	wantProblem(t, d.request(http.MethodGet, "/uploads/"+uploadID("a"), "", nil, map[string]string{"Cookie": other}), http.StatusNotFound, "not_found")
	if log := d.log.String(); strings.Contains(log, "山田") || !strings.Contains(log, "file handed in at the desk") {
		t.Errorf("log: %s", log)
	}
}

func TestUploadsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.account("auditor", slip.RoleAuditor)
	_, cookie := d.signIn("hanako", password)
	_, looks := d.signIn("auditor", password)
	heic := "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
	wantProblem(t, d.upload(cookie, uploadID("a"), "IMG_1.HEIC", heic), http.StatusUnsupportedMediaType, "heic")
	wantProblem(t, d.upload(cookie, uploadID("a"), "memo.jpg", "hello"), http.StatusUnsupportedMediaType, "file_type")
	wantProblem(t, d.upload(cookie, uploadID("a"), "empty.pdf", ""), http.StatusUnprocessableEntity, "empty_file")
	wantProblem(t, d.upload(cookie, "short", "a.jpg", picture), http.StatusBadRequest, "bad_request")
	wantProblem(t, d.upload(cookie, strings.Repeat("A", 32), "a.jpg", picture), http.StatusBadRequest, "bad_request")
	wantProblem(t, d.upload("", uploadID("a"), "a.jpg", picture), http.StatusUnauthorized, "signed_out")
	wantProblem(t, d.upload(looks, uploadID("a"), "a.jpg", picture), http.StatusForbidden, "forbidden")
	for name, header := range map[string]map[string]string{
		"fetch metadata": {"Sec-Fetch-Site": "cross-site"}, "origin": {"Origin": "https://elsewhere.example"},
	} {
		header["Cookie"] = cookie
		if got := d.request(http.MethodPut, "/uploads/"+uploadID("a"), "", strings.NewReader(picture), header); got.status != http.StatusForbidden {
			t.Errorf("from another site (%s): %d", name, got.status)
		}
	}
	for path, want := range map[string]int{"/upload": http.StatusForbidden, "/camera": http.StatusForbidden, "/": http.StatusOK} {
		got := d.request(http.MethodGet, path, "", nil, map[string]string{"Cookie": looks})
		if got.status != want || strings.Contains(got.body, `href="/upload"`) {
			t.Errorf("an auditor at %s: %d", path, got.status)
		}
	}
	// Files of unknown length, and too long ones, are not read at all.
	unknown := d.request(http.MethodPut, "/uploads/"+uploadID("a"), "", struct{ *strings.Reader }{strings.NewReader(picture)}, map[string]string{"Cookie": cookie})
	wantProblem(t, unknown, http.StatusLengthRequired, "length_required")

	// A station cannot pass for the desk.
	token := d.token(slip.DeskStation, "station")
	wantProblem(t, d.put("/v1/stations/desk/batches/b1/sheets/1", token, []byte(picture), nil), http.StatusForbidden, "forbidden")
	if totals, err := d.store.Totals(t.Context()); err != nil || totals.Stored != 0 {
		t.Errorf("totals %+v, %v", totals, err)
	}
}

// Only the page with the camera may use it.
func TestCameraIsForItsPageOnly(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, cookie := d.signIn("hanako", password)
	for path, want := range map[string]string{"/camera": "camera=(self)", "/upload": "camera=()", "/": "camera=()"} {
		got := d.request(http.MethodGet, path, "", nil, map[string]string{"Cookie": cookie})
		if policy := got.header.Get("Permissions-Policy"); got.status != http.StatusOK || !strings.HasPrefix(policy, want) {
			t.Errorf("%s: %d, %q", path, got.status, policy)
		}
	}
}

// decide records what the machine found on an upload.
func (d *desk) decide(id string, reading slip.PageReading, decision slip.Decision) {
	d.t.Helper()
	states, err := d.store.Uploads(d.t.Context(), "hanako", []string{id})
	if err != nil || len(states) != 1 {
		d.t.Fatalf("%d uploads, %v", len(states), err)
	}
	reading.SHA256 = states[0].Sheet.SHA256
	if err := d.store.RecordPages(d.t.Context(), states[0].Sheet, []slip.PageDecision{{Reading: reading, Decision: decision}}); err != nil {
		d.t.Fatal(err)
	}
}

// A picture taken again replaces the one before when both can be of one paper,
// and never when they are of two.
func TestTakingAPictureAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, cookie := d.signIn("hanako", password)
	shots := 0
	var last slip.SheetID
	shoot := func(ticket string, read, same bool) string {
		shots++
		id := uploadID(string(rune('0' + shots)))
		values := truth(ticket)
		file, reading := d.filled(values, false)
		if got := d.upload(cookie, id, "shot.jpg", string(file)+strings.Repeat(" ", shots)); got.status != http.StatusCreated {
			t.Fatalf("upload: %d %s", got.status, got.body)
		}
		states, err := d.store.Uploads(t.Context(), "hanako", []string{id})
		if err != nil || len(states) != 1 {
			t.Fatalf("%d uploads, %v", len(states), err)
		}
		defer func() { last = states[0].Sheet.SheetID }()
		switch {
		case same:
			reading.SHA256 = states[0].Sheet.SHA256
			page := slip.PageDecision{Reading: reading, Decision: decided(values, reading, d.form)}
			if err := d.store.RecordSamePaper(t.Context(), states[0].Sheet, []slip.PageDecision{page}, last); err != nil {
				t.Fatal(err)
			}
		case read:
			d.decide(id, reading, doubt(decided(values, reading, d.form), slip.TicketNumber, 0.4, slip.ReasonUncertain))
		default:
			d.decide(id, slip.PageReading{Page: 1, Width: 100, Height: 100, Faults: []slip.Reason{slip.ReasonFormUnknown}},
				slip.Decision{Reasons: []slip.Reason{slip.ReasonFormUnknown}})
		}
		return id
	}
	retake := func(later, earlier string) string {
		return strings.TrimSpace(d.request(http.MethodPost, "/uploads/"+later+"/retake", "", strings.NewReader(`{"earlier":"`+earlier+`"}`), map[string]string{"Cookie": cookie}).body)
	}
	state := func(id string) outcome {
		return outcomeOf(t, d.request(http.MethodGet, "/uploads/"+id, "", nil, map[string]string{"Cookie": cookie}))
	}
	blurred, worse := shoot("2190000001", false, false), shoot("2190000001", false, false)
	sharp, other := shoot("2190000001", true, false), shoot("2190000002", true, false)
	if got := retake(worse, blurred); got != `{"replaced":false}` {
		t.Errorf("by a picture that is no better: %s", got)
	}
	if got := retake(sharp, blurred); got != `{"replaced":true}` || state(blurred).State != slip.SheetRejected {
		t.Errorf("by a good picture: %s, then %s", got, state(blurred).State)
	}
	if got := retake(sharp, blurred); got != `{"replaced":false}` {
		t.Errorf("a second time: %s", got)
	}
	if got := retake(other, sharp); got != `{"replaced":false}` || state(sharp).State != slip.SheetReview {
		t.Errorf("by a picture of another slip: %s, then %s", got, state(sharp).State)
	}
	// The ledger takes the same paper once; taken again on purpose, the new
	// picture counts.
	again := shoot("2190000002", false, true)
	if state(again).State != slip.SheetRejected {
		t.Fatalf("the same paper is in state %s", state(again).State)
	}
	if got := retake(again, other); got != `{"replaced":true}` || state(other).State != slip.SheetRejected || state(again).State != slip.SheetReview {
		t.Errorf("the same paper again: %s, then %s and %s", got, state(other).State, state(again).State)
	}
	// What is shown of a doubtful slip: values, but no doubtful identity.
	shown := state(sharp)
	if len(shown.Pages) != 1 || shown.Pages[0].Item == 0 || shown.Pages[0].Retake {
		t.Fatalf("%+v", shown)
	}
	for _, field := range shown.Pages[0].Fields {
		if field.Value == "ticket_number" && (field.Shown != "" || !field.Doubt) || field.Value == "lot_number" && field.Shown != "EY5422" {
			t.Errorf("shown: %+v", field)
		}
	}
	if unknown := state(worse); !unknown.Pages[0].Retake || len(unknown.Pages[0].Fields) != 0 {
		t.Errorf("%+v", unknown)
	}
}
