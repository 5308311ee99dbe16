package decide_test

import (
	"encoding/json"
	"os"
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
	text, err := os.ReadFile("policy.json")
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

// A policy that parses gives no bound out of range, whatever was written.
func FuzzParsePolicy(f *testing.F) {
	text, err := os.ReadFile("policy.json")
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
