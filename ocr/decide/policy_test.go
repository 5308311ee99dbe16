package decide_test

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sesshu/ledger/slip"
	"sesshu/ocr/decide"
)

func TestDefaultPolicy(t *testing.T) {
	policy := decide.DefaultPolicy()
	if policy.ErrorBound.Default != 1e-4 || policy.TicketTypes["2"] != decide.Vaccination || policy.TicketTypes["1"] != decide.InterviewOnly {
		t.Errorf("the default policy is %+v", policy)
	}
	text, err := os.ReadFile("policy.json")
	if err != nil {
		t.Fatal(err)
	}
	if policy.Hash != slip.HashOf(text) {
		t.Error("the policy's hash is not that of its text")
	}
}

func TestPolicyFaultsNameTheKey(t *testing.T) {
	text, err := os.ReadFile("testdata/policy.json")
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string][2]string{
		"version is 2":                     {`"version": 1`, `"version": 2`},
		"unknown field":                    {`"version": 1`, `"version": 1, "eror_bound": 1`},
		"error_bound.default is 0.5":       {`"default": 0.0001`, `"default": 0.5`},
		`"shoe_size" is no value`:          {`"fields": {}`, `"fields": {"shoe_size": 0.001}`},
		"accept_from.dose is 0.5":          {`"dose": 0.999`, `"dose": 0.5`},
		"always_ask":                       {`"always_ask": []`, `"always_ask": ["shoe_size"]`},
		"max_residual_mm":                  {`"max_residual_mm": 0.8`, `"max_residual_mm": -1`},
		"agreement is 0.3":                 {`"agreement": 0.5`, `"agreement": 0.3`},
		"own_municipality":                 {`"own_municipality": ""`, `"own_municipality": "041008"`},
		"ticket_types":                     {`"2": "vaccination"`, `"2": "yes"`},
		"shares.used is 0":                 {`"used": 0.02,`, ``},
		`"0.30" is no amount`:              {`["0.3"]`, `["0.30"]`},
		"amounts[0] needs":                 {`{"product": "5-11", "amounts": ["0.2"]}`, `{"product": "5-11", "amounts": []}`},
		"something follows":                {"\n}\n", "\n}\n{}"},
		"policy: invalid character":        {`"version": 1`, `version: 1`},
		"cannot unmarshal string into Go ": {`"version": 1`, `"version": "1"`},
	} {
		changed := strings.Replace(string(text), change[0], change[1], 1)
		if changed == string(text) {
			t.Fatalf("%q is not in the policy", change[0])
		}
		if _, err := decide.ParsePolicy([]byte(changed)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q", err, want)
		}
	}
	if _, err := decide.ParsePolicy(nil); err == nil {
		t.Error("an empty policy was taken")
	}
}

// A calibrated policy speaks of its readers only, says which differ, and comes
// back from its file as it was.
func TestCalibratedPolicy(t *testing.T) {
	policy := calibratedPolicy(t)
	running := map[string]string{"digits": "digits-1", "line": "line-1"}
	if err := policy.CheckReaders(running); err != nil {
		t.Errorf("the same readers: %v", err)
	}
	for name, other := range map[string]map[string]string{
		`line: calibrated "line-1", running "line-2"`: {"digits": "digits-1", "line": "line-2"},
		`line: calibrated "line-1", running ""`:       {"digits": "digits-1"},
		`mark: calibrated "", running "mark-1"`:       {"digits": "digits-1", "line": "line-1", "mark": "mark-1"},
	} {
		err := policy.CheckReaders(other)
		if !errors.Is(err, decide.ErrReaders) || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "較正") {
			t.Errorf("the error is %v, want %s", err, name)
		}
	}
	if err := decide.DefaultPolicy().CheckReaders(running); err != nil && decide.DefaultPolicy().Calibrated == nil {
		t.Errorf("a policy without a calibration: %v", err)
	}
	if policy.Threshold(slip.Dose) != 0.999 || policy.Threshold(slip.FacilityCode) != 1-1e-4 {
		t.Errorf("thresholds %g, %g", policy.Threshold(slip.Dose), policy.Threshold(slip.FacilityCode))
	}
}

// calibratedPolicy is the policy of testdata, which stays as it is when the
// program's own is calibrated anew, with a calibration.
func calibratedPolicy(t *testing.T) decide.Policy {
	t.Helper()
	file, err := os.ReadFile("testdata/policy.json")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := decide.ParsePolicy(file)
	if err != nil {
		t.Fatal(err)
	}
	policy.Calibrated = &decide.Calibration{
		Readers: map[string]string{"digits": "digits-1", "line": "line-1"}, Confidence: 0.95,
		Data:     []decide.Data{{Truth: slip.HashOf([]byte("t")), Images: slip.HashOf([]byte("i")), Sheets: 10}},
		Promises: map[slip.Value]decide.Promise{slip.Dose: {From: 0.99, Accepted: 10, Upper: 0.26, Bound: 0.0001}},
		Bands:    []decide.Band{{Form: "test", Value: slip.Dose, Pages: 10, Accepted: 9, Disagreed: 1}},
	}
	text, err := policy.Text()
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := decide.ParsePolicy(text)
	if err != nil {
		t.Fatal(err)
	}
	policy.Hash, policy.Base = parsed.Hash, parsed.Base
	if !reflect.DeepEqual(parsed, policy) || parsed.Hash != slip.HashOf(text) || parsed.Base != parsed.Hash {
		t.Errorf("written %+v, parsed %+v", policy, parsed)
	}
	return parsed
}

func TestCalibrationFaultsNameTheKey(t *testing.T) {
	text, err := calibratedPolicy(t).Text()
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string][2]string{
		"calibrated.confidence is 1":             {`"confidence": 0.95`, `"confidence": 1`},
		"calibrated.promises.dose cannot be":     {`"wrong": 0`, `"wrong": 11`},
		"calibrated.bands[0] cannot be: 12 acce": {`"accepted": 9`, `"accepted": 12`},
		"calibrated.bands[0] needs a form":       {`"form": "test"`, `"form": ""`},
		"calibrated.readers is empty":            {"\"digits\": \"digits-1\",\n      \"line\": \"line-1\"", ``},
		`tightened.test: "shoe_size"`:            {`"calibrated": {`, `"tightened": {"test": ["shoe_size"]}, "calibrated": {`},
		"hash has 2 characters":                  {`"truth": "` + slip.HashOf([]byte("t")).String(), `"truth": "ab`},
	} {
		changed := strings.Replace(string(text), change[0], change[1], 1)
		if changed == string(text) {
			t.Fatalf("%q is not in the policy", change[0])
		}
		if _, err := decide.ParsePolicy([]byte(changed)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q", err, want)
		}
	}
}

// Tightening asks for one value of one form and nothing else, and the policy
// that it starts from stays as it is.
func TestTighten(t *testing.T) {
	policy := calibratedPolicy(t)
	first, err := policy.Tighten("test", slip.LotNumber)
	if err != nil {
		t.Fatal(err)
	}
	second, err := first.Tighten("test", slip.Dose)
	if err != nil {
		t.Fatal(err)
	}
	other, err := policy.Tighten("test", slip.Dose)
	if err != nil {
		t.Fatal(err)
	}
	if other, err = other.Tighten("test", slip.LotNumber); err != nil {
		t.Fatal(err)
	}
	if len(policy.Tightened) != 0 || len(first.Tightened["test"]) != 1 || len(second.Tightened["test"]) != 2 {
		t.Errorf("tightened %v, %v, %v", policy.Tightened, first.Tightened, second.Tightened)
	}
	if second.Hash != other.Hash || first.Hash == policy.Hash || second.Hash == first.Hash || second.Base != policy.Hash {
		t.Error("the hash does not name what is tightened")
	}
	again, err := second.Tighten("test", slip.Dose)
	if err != nil || again.Hash != second.Hash {
		t.Errorf("tightened twice: %v, %v", again.Tightened, err)
	}
}

// A policy that parses gives no bound out of range, whatever was written.
func FuzzParsePolicy(f *testing.F) {
	text, err := os.ReadFile("testdata/policy.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		policy, err := decide.ParsePolicy(text)
		if err != nil {
			return
		}
		if !(policy.ErrorBound.Default <= 0.01) || policy.ConfidenceCap >= 1 || policy.Contradiction <= 0 || policy.Hash != slip.HashOf(text) {
			t.Errorf("%+v was taken", policy)
		}
		written, err := json.Marshal(policy)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decide.ParsePolicy(written); err != nil {
			t.Errorf("a policy that was written does not parse: %v", err)
		}
	})
}

// A value that left its band is asked though nothing else is wrong with it; the
// slip's other values stay as they were, and other forms too.
func TestTightenedValueIsAsked(t *testing.T) {
	in := ordinary(t)
	before := slipOf(t, in)
	tighten := func(form string) slip.Decision {
		var err error
		in := in
		if in.Policy, err = in.Policy.Tighten(form, slip.LotNumber); err != nil {
			t.Fatal(err)
		}
		decision := slipOf(t, in)
		if decision.PolicyBase != in.Policy.Base || decision.PolicyHash != in.Policy.Hash || decision.PolicyHash == decision.PolicyBase {
			t.Error("the decision does not name its policy")
		}
		return decision
	}
	if other := tighten("another"); before.Outcome != slip.Accepted || other.Outcome != slip.Accepted {
		t.Errorf("the slip is %v, and %v when another form is tightened", before.Outcome, other.Outcome)
	}
	after := tighten(in.Form.Name)
	if after.Outcome != slip.NeedsReview || !slices.Equal(after.Reasons, []slip.Reason{slip.ReasonDrift}) {
		t.Errorf("the slip is %v for %v", after.Outcome, after.Reasons)
	}
	for value, field := range after.Fields {
		if value == slip.LotNumber {
			if field.Outcome != slip.NeedsReview || !slices.Equal(field.Reasons, []slip.Reason{slip.ReasonDrift}) || field.Value != before.Fields[value].Value {
				t.Errorf("the lot is %+v", field)
			}
		} else if !reflect.DeepEqual(field, before.Fields[value]) {
			t.Errorf("%s changed", value)
		}
	}
}
