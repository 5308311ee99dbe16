package panel

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"sesshu/scanner/practice"
	"sesshu/scanner/station"
)

// practiceDeed is what the operator's hands do in practice.
type practiceDeed struct {
	Exercise string `json:"exercise"`
	Paper    int    `json:"paper"`
	Only     bool   `json:"only"`
}

// practiceDeeds are the acts that only practice offers: a real scanner has real
// hands beside it.
func (p *Panel) practiceDeeds() map[string]func(deed) error {
	return map[string]func(deed) error{
		"practice-choose":   func(d deed) error { return p.choose(d.Exercise) },
		"practice-load":     func(d deed) error { return p.hands(func() error { return p.config.Practice.Load(d.Paper, d.Only) }) },
		"practice-take-out": func(deed) error { return p.hands(p.config.Practice.TakeOut) },
	}
}

// hands lets the operator's hands at the scanner while no paper moves.
func (p *Panel) hands(act func() error) error {
	p.mu.Lock()
	feeding := p.feeding
	p.mu.Unlock()
	if feeding {
		return fmt.Errorf("practice: %w", station.ErrFeeding)
	}
	return act()
}

// choose begins an exercise. What is still open of the one before is closed in
// the name of the practice, so that no sheet of it comes into the next one.
func (p *Panel) choose(exercise string) error {
	if err := p.leave(); err != nil {
		return err
	}
	who, why := p.texts.get(japanese, "exercise.banner"), p.texts.get(japanese, "exercise.given_up")
	for _, account := range p.station.Batches() {
		var err error
		switch {
		case !account.Open():
		case account.Held:
			err = p.station.Discard(account.Name, who, why)
		default:
			err = p.station.CloseBatch(account.Name, station.Closing{Person: who, Reason: why})
		}
		if err != nil {
			return err
		}
	}
	return p.config.Practice.Choose(exercise)
}

// practiceReport says what the practice came to.
func (p *Panel) practiceReport(w http.ResponseWriter, r *http.Request) {
	report, begun := p.config.Practice.Report(p.station.Batches())
	if !begun {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	p.page(w, r, "practice", struct {
		practice.Report

		Now time.Time
	}{report, p.config.Now()})
}

// practicePaper answers with the picture of a practice sheet.
func (p *Panel) practicePaper(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.Atoi(r.PathValue("number"))
	picture, found := p.config.Practice.Picture(number)
	if err != nil || !found {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "max-age=3600")
	writePicture(w, picture)
}
