package review

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"
)

// bodyLimit bounds every body but a sheet's.
const bodyLimit = 64 << 10

// formed reads the form that a page posted, no more of it than bodyLimit, before
// a handler asks for its fields: some pages anybody may post to. A form in parts,
// which no page sends, the handler would read under the same limit.
func (s *Server) formed(c *gin.Context) {
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, bodyLimit)
	var tooLarge *http.MaxBytesError
	switch err := c.Request.ParseForm(); {
	case errors.As(err, &tooLarge):
		s.fail(c, errTooLarge)
	case err != nil:
		// The parser's own words may quote what was typed.
		s.fail(c, errBadRequest)
	}
}

// readJSON reads one JSON object without unknown names.
func readJSON(c *gin.Context, into any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(c.Writer, c.Request.Body, bodyLimit))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		// The decoder's own words may quote what was typed.
		return errBadRequest
	}
	return nil
}
