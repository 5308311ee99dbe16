package handin

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// Clock returns the service's time of day, which every answer of it carries, to
// the second. Asking also tells whether the service is there; it says nothing
// about the station's credential.
func (c *Client) Clock(ctx context.Context) (time.Time, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.root.String()+"/livez", nil)
	if err != nil {
		return time.Time{}, fmt.Errorf("build request: %w", err)
	}
	response, err := c.client.Do(request)
	if err != nil {
		return time.Time{}, c.unreached(err)
	}
	defer response.Body.Close()
	moment, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		return time.Time{}, fmt.Errorf("read the service's time: %w", err)
	}
	return moment, nil
}
