package review

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"sesshu/ledger/slip"
)

// queueShown is how many waiting slips the home page lists.
const queueShown = 50

// home shows the queue.
func (s *Server) home(c *gin.Context) {
	ctx := c.Request.Context()
	waiting, oldest, err := s.store.ReviewCount(ctx)
	if err != nil {
		s.fail(c, s.passing(err))
		return
	}
	items, err := s.store.ReviewQueue(ctx, 0, queueShown)
	if err != nil {
		s.fail(c, s.passing(err))
		return
	}
	totals, err := s.store.Totals(ctx)
	if err != nil {
		s.fail(c, s.passing(err))
		return
	}
	now, person := s.now(), account(c)
	rows := make([]queueRow, len(items))
	for i, item := range items {
		taken := item.LeasedBy != "" && item.LeasedBy != person.Name && item.LeasedTill.After(now)
		rows[i] = queueRow{Item: item, Taken: taken, Reasons: s.pageWords(language(c), item.Page, firstReasons(item.Decision))}
	}
	s.page(c, http.StatusOK, "queue", map[string]any{
		"Waiting": waiting, "Oldest": oldest, "Rows": rows, "Totals": totals,
		"Done": c.Query("done") != "", "More": waiting - len(rows), "Notices": s.notices(language(c)),
	})
}

type queueRow struct {
	Item    slip.ReviewItem
	Taken   bool     // somebody else works on it
	Reasons []string // in words
}

// firstReasons returns the few reasons that fit on one line.
func firstReasons(decision slip.Decision) []slip.Reason {
	return decision.Reasons[:min(3, len(decision.Reasons))]
}

// start takes the first slip that nobody works on.
func (s *Server) start(c *gin.Context) {
	item, err := s.store.LeaseNext(c.Request.Context(), account(c).Name, 0)
	switch {
	case err == nil:
		c.Redirect(http.StatusSeeOther, "/items/"+strconv.FormatInt(item.ID, 10))
	case s.faultOf(err) == errNoItem:
		c.Redirect(http.StatusSeeOther, "/?done=1")
	default:
		s.fail(c, s.passing(err))
	}
}

// item shows one slip and takes the lease on it.
func (s *Server) item(c *gin.Context) {
	id, ok := itemID(c)
	if !ok {
		s.fail(c, errNotFound)
		return
	}
	ctx, person := c.Request.Context(), account(c)
	item, err := s.store.ReviewItem(ctx, id)
	if err == nil && item.State == slip.ReviewWaiting {
		item, err = s.store.Lease(ctx, id, person.Name)
	}
	if err != nil {
		s.fail(c, s.passing(err))
		return
	}
	if err := s.store.LogAccess(ctx, person.Name, "review", itemObject(id)); err != nil {
		s.fail(c, s.passing(err))
		return
	}
	state, err := s.slipView(c, item)
	if err != nil {
		s.fail(c, s.passing(err))
		return
	}
	s.page(c, http.StatusOK, "slip", map[string]any{"State": state, "Rejections": s.rejections(language(c)), "Modules": slipModules})
}

// slipModules are the scripts of the slip page, which the browser fetches at
// once instead of one after the other.
var slipModules = []string{
	"slip.js", "page.js", "card.js", "end.js", "crop.js", "paper.js", "element.js", "keys.js", "dialogs.js", "memory.js", "presence.js", "values.js", "wire.js",
}

// rejectReasons is the closed list of why a person may reject a slip, the most
// usual first.
var rejectReasons = []string{"not_a_slip", "duplicate", "unreadable", "no_vaccination", "other_municipality", "other"}

// choice is one line of a list chosen with the arrow keys.
type choice struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

func (s *Server) rejections(language string) []choice {
	choices := make([]choice, len(rejectReasons))
	for i, reason := range rejectReasons {
		choices[i] = choice{reason, s.texts.get(language, "reject."+reason)}
	}
	return choices
}

// itemObject names an item in the log of looks.
func itemObject(id int64) string { return "item:" + strconv.FormatInt(id, 10) }

func itemID(c *gin.Context) (int64, bool) { return number(c.Param("item"), 1) }
