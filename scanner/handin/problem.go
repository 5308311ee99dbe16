package handin

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"time"

	"sesshu/scanner"
	"sesshu/scanner/station"
)

// Problem is the service's refusal (RFC 9457). errors.Is tells what it means
// to the station: station.ErrConflict, ErrUnauthorized or ErrRefused; none of
// them for a service that is only away.
type Problem struct {
	Status   int    `json:"status"`
	Type     string `json:"type"`
	Title    string `json:"title"`
	Detail   string `json:"detail"`
	DetailJA string `json:"detail_ja"`

	retryAfter time.Duration
}

// Error joins what the service said.
func (p *Problem) Error() string {
	text := fmt.Sprintf("service answers %d %s", p.Status, http.StatusText(p.Status))
	if p.Detail != "" {
		text += ": " + p.Detail
	} else if p.Title != "" {
		text += ": " + p.Title
	}
	return text
}

// Words returns the service's own words for the operator.
func (p *Problem) Words() scanner.Words {
	return scanner.Words{Japanese: p.DetailJA, English: p.Detail}
}

// RetryAfter returns how long the service asked to be left alone; 0 when it did
// not.
func (p *Problem) RetryAfter() time.Duration { return p.retryAfter }

// Is maps the status to the station's errors.
func (p *Problem) Is(target error) bool {
	switch p.Status {
	case http.StatusConflict:
		return target == station.ErrConflict
	case http.StatusUnauthorized, http.StatusForbidden:
		return target == station.ErrUnauthorized
	case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusRequestEntityTooLarge,
		http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return target == station.ErrRefused
	}
	return false
}

// problemOf reads a refusal. A body of another kind (a proxy's page) is left
// out: only the status is believed.
func problemOf(response *http.Response, body []byte) *Problem {
	problem := &Problem{}
	kind, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil || kind != "application/problem+json" || json.Unmarshal(body, problem) != nil {
		problem = &Problem{}
	}
	problem.Status = response.StatusCode
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		problem.retryAfter = time.Duration(seconds) * time.Second
	}
	return problem
}
