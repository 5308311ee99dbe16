package handin

import (
	"encoding/json"
	"fmt"
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

// Words returns words for the operator: what to do about a credential, the
// service's own words otherwise; none when it gave none.
func (p *Problem) Words() scanner.Words {
	switch {
	case p.Status == http.StatusUnauthorized:
		return scanner.Words{
			Japanese: "サーバーがこのステーションのトークンを受け付けません。用紙はこの端末に保存されています。管理者に新しいトークンの発行(sesshu user token ステーション名 --for station)を頼み、設定に入れてください。",
			English:  "The server does not accept this station's token. The sheets are kept on this station. Ask the administrator for a new one (sesshu user token NAME --for station) and put it into the configuration.",
		}
	case p.Type == "urn:sesshu:problem:forbidden":
		return scanner.Words{
			Japanese: "このトークンは別のステーションのものです。用紙はこの端末に保存されています。設定のステーション名とトークンの組み合わせを管理者に確かめてください。",
			English:  "This token belongs to another station. The sheets are kept on this station. Check with the administrator which token goes with this station's name.",
		}
	}
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

// problemOf reads a refusal. The service's own are problem+json. Of other
// senders only those are believed that say that it is away, as a proxy before it
// does; the rest never makes a sheet count as refused.
func (c *Client) problemOf(got answer, body []byte) error {
	problem := &Problem{}
	if got.mediaType != "application/problem+json" || json.Unmarshal(body, problem) != nil {
		problem = &Problem{}
		away := got.status >= http.StatusInternalServerError || got.status == http.StatusTooManyRequests
		if !away || got.status == http.StatusNetworkAuthenticationRequired {
			return c.stranger(got)
		}
	}
	problem.Status = got.status
	if seconds, err := strconv.Atoi(got.header.Get("Retry-After")); err == nil && seconds > 0 {
		problem.retryAfter = time.Duration(seconds) * time.Second
	}
	return problem
}
