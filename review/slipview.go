package review

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/gin-gonic/gin"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
)

// slipView is a review item as the slip page shows it, in one language. The
// page draws itself from this alone, at first and after every deed.
type slipView struct {
	ID        int64          `json:"id"`
	Version   int            `json:"version"`
	State     string         `json:"state"`
	Account   string         `json:"account"`
	Sheet     string         `json:"sheet"`           // station, batch, sequence and page, for people
	File      string         `json:"file"`            // as the person's machine called it, for an upload; else empty
	FormTitle string         `json:"form"`            // empty when no form fits
	Fault     *faultView     `json:"fault,omitempty"` // why nothing could be read
	Page      pictureView    `json:"page"`
	First     *firstView     `json:"first,omitempty"` // the slip that holds this dose already
	Reasons   []string       `json:"reasons"`         // of the slip as a whole, in words
	Questions []questionView `json:"questions"`       // which no field settles, when all are answered
	Reject    string         `json:"reject"`          // the reason for rejecting that the findings suggest; may be empty
	Fields    []fieldView    `json:"fields"`          // asked ones first, each group in the form's order
	Complete  bool           `json:"complete"`        // nothing required is missing
	Undo      bool           `json:"undo"`            // there is an answer of this account to take back
	Heartbeat int            `json:"heartbeat"`       // seconds
}

// pictureView is one page image and how to turn it upright.
type pictureView struct {
	URL      string  `json:"url"`
	Original string  `json:"original"` // the scanner's own bytes
	Width    int     `json:"width"`    // pixels that quads speak of; 0 when the page could not be decoded
	Height   int     `json:"height"`
	Turn     int     `json:"turn"`      // degrees clockwise
	Damaged  bool    `json:"damaged"`   // only a part of the original can be shown, if any
	PixelsMM float64 `json:"pixels_mm"` // pixels in a millimetre of paper
}

type firstView struct {
	pictureView
	Entry int64  `json:"entry"`
	Sheet string `json:"sheet"`
}

// fieldView is one value of the slip.
type fieldView struct {
	Value      slip.Value      `json:"value"`
	Title      string          `json:"title"`
	Hint       string          `json:"hint"`
	Kind       string          `json:"kind"` // digits, date, lot, amount, text or choice: how the page checks and shows what is typed
	Length     int             `json:"length"`
	Required   bool            `json:"required"`
	Asked      bool            `json:"asked"`   // the machine did not accept it
	Open       bool            `json:"open"`    // no value that could enter the ledger yet
	Current    string          `json:"current"` // what would enter the ledger
	Shown      string          `json:"shown"`   // the same for people
	ByPerson   bool            `json:"by_person"`
	Prefill    string          `json:"prefill"`
	Reasons    []string        `json:"reasons"`
	Crops      []cropView      `json:"crops"` // where the value stands on the page, best first
	Candidates []candidateView `json:"candidates"`
}

type cropView struct {
	Source string    `json:"source"` // what kind of print, in words
	Quad   slip.Quad `json:"quad"`
}

type candidateView struct {
	Text    string      `json:"text"`
	Shown   string      `json:"shown"`
	Read    bool        `json:"read"`    // from the page; else it is one of a fixed list
	Sources []string    `json:"sources"` // the kinds of print that say so, in words
	Quads   []slip.Quad `json:"quads"`   // where it was read
}

// slipView puts an item into the words and order of the page.
func (s *Server) slipView(c *gin.Context, item slip.ReviewItem) (slipView, error) {
	words, person := language(c), account(c)
	known := s.forms[item.Page.Registration.Form]
	shown := slipView{
		ID: item.ID, Version: item.Version, State: string(item.State), Account: person.Name,
		Sheet: sheetWords(item.Sheet.SheetID), File: item.FileName,
		Page:      picture(item.Sheet.SHA256, item.Page.Page, item.Page.Registration.Turn),
		Reject:    suggestedRejection(item.Decision.Reasons),
		Fault:     s.faultView(words, item.Page),
		Complete:  len(item.Open) == 0,
		Heartbeat: leaseSeconds,
	}
	standing, err := s.standing(c.Request.Context(), item)
	if err != nil {
		return slipView{}, err
	}
	shown.Questions = s.questions(words, item, standing)
	reasons := slipReasons(item.Decision)
	// Nobody should type the values of a slip that goes to another city.
	if slices.Contains(standing, slip.ReasonOtherMunicipality) && !slices.Contains(reasons, slip.ReasonOtherMunicipality) {
		reasons = append(reasons, slip.ReasonOtherMunicipality)
	}
	// What the fault says more exactly is not said twice.
	shown.Reasons = s.texts.reasons(words, slices.DeleteFunc(reasons, func(reason slip.Reason) bool {
		return shown.Fault != nil && reason == slip.ReasonUnreadable
	}))
	if item.Page.Page > 1 {
		shown.Sheet += fmt.Sprintf(" (p. %d)", item.Page.Page)
	}
	shown.Page.Damaged = item.Page.Page == 1 && (item.Page.Fault == slip.FaultTruncated || item.Page.Fault == slip.FaultCorrupt)
	shown.Page.Width, shown.Page.Height = item.Page.Width, item.Page.Height
	shown.Page.PixelsMM = pixelsPerMM(item, known)
	if known != nil {
		shown.FormTitle = known.Title[words]
	}
	if first := item.First; first != nil {
		shown.First = &firstView{picture(first.SHA256, first.Page, first.Turn), first.Entry, first.Sheet.String()}
	}
	for i := len(item.Answers) - 1; i >= 0 && !shown.Undo; i-- {
		shown.Undo = !item.Answers[i].Undone && item.Answers[i].By == person.Name
	}
	var makers []string
	for _, value := range valuesOf(item, known) {
		if value == slip.Manufacturer && makers == nil {
			lots, err := s.store.Lots(c.Request.Context())
			if err != nil {
				return slipView{}, err
			}
			makers = manufacturers(lots)
		}
		shown.Fields = append(shown.Fields, s.fieldView(words, item, known, value, makers))
	}
	slices.SortStableFunc(shown.Fields, func(a, b fieldView) int {
		return cmp.Compare(order(a.Asked), order(b.Asked))
	})
	return shown, nil
}

func order(asked bool) int {
	if asked {
		return 0
	}
	return 1
}

func picture(hash slip.Hash, page, turn int) pictureView {
	page = max(1, page)
	return pictureView{
		URL:      fmt.Sprintf("/v1/sheets/%s/pages/%d", hash, page),
		Original: fmt.Sprintf("/v1/sheets/%s/image", hash),
		Turn:     turn, PixelsMM: 300 / 25.4,
	}
}

// pixelsPerMM says how large the paper is in the image, so that crops can be
// enlarged by a known factor.
func pixelsPerMM(item slip.ReviewItem, known *form.Form) float64 {
	if known != nil && known.Width > 0 && item.Page.Width > 0 {
		return float64(min(item.Page.Width, item.Page.Height)) / min(known.Width, known.Height)
	}
	if item.Sheet.DPI > 0 {
		return float64(item.Sheet.DPI) / 25.4
	}
	return 300 / 25.4
}

// slipReasons are the reasons that no single field has.
func slipReasons(decision slip.Decision) []slip.Reason {
	var own []slip.Reason
	for _, reason := range decision.Reasons {
		ofField := false
		for _, field := range decision.Fields {
			ofField = ofField || field.Outcome != slip.Accepted && slices.Contains(field.Reasons, reason)
		}
		if !ofField {
			own = append(own, reason)
		}
	}
	return own
}

// suggestedRejection is where the list of reasons for rejecting begins: the
// first that says something definite, else "other".
func suggestedRejection(reasons []slip.Reason) string {
	vague := ""
	for _, reason := range reasons {
		switch reason {
		case slip.ReasonDuplicate, slip.ReasonTicketUsed, slip.ReasonSamePaper:
			return "duplicate"
		case slip.ReasonUnreadable:
			return "unreadable"
		case slip.ReasonBlankPage, slip.ReasonFormUnknown:
			return "not_a_slip"
		case slip.ReasonNoVaccination, slip.ReasonNoConsent:
			return "no_vaccination"
		case slip.ReasonOtherMunicipality:
			return "other_municipality"
		case slip.ReasonTicketInvalid, slip.ReasonTicketUnknown, slip.ReasonPersonMismatch, slip.ReasonPersonalNumber:
			vague = "other"
		default:
		}
	}
	return vague
}

// valuesOf lists the values to show: the form's in its order, then whatever else
// the decision or the store speaks of.
func valuesOf(item slip.ReviewItem, known *form.Form) []slip.Value {
	var values []slip.Value
	add := func(value slip.Value) {
		if !slices.Contains(values, value) {
			values = append(values, value)
		}
	}
	if known != nil {
		for _, value := range known.Values {
			_, read := item.Decision.Fields[value.Name]
			if value.Required || read || slices.Contains(item.Open, value.Name) || item.Current[value.Name] != "" {
				add(value.Name)
			}
		}
	}
	for _, value := range item.Open {
		add(value)
	}
	if known == nil { // it may be either kind of slip: the number that a person finds on it says which
		add(slip.ReferenceNumber)
		add(slip.Vaccine)
	}
	for _, value := range slip.Values() {
		if _, read := item.Decision.Fields[value]; read || item.Current[value] != "" {
			add(value)
		}
	}
	return values
}

func manufacturers(lots []slip.Lot) []string {
	var makers []string
	for _, lot := range lots {
		if lot.Manufacturer != "" && !slices.Contains(makers, lot.Manufacturer) {
			makers = append(makers, lot.Manufacturer)
		}
	}
	slices.Sort(makers)
	return makers
}
