package panel

import (
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"mime"
	"net/http"
	"strconv"

	"sesshu/scanner"
	"sesshu/scanner/station"
)

// deed is what the page asks for. Which fields count depends on the deed.
type deed struct {
	Batch    string `json:"batch"`
	Declared *int   `json:"declared"`
	Facility string `json:"facility"`
	Month    string `json:"month"`
	Hold     bool   `json:"hold"`
	Person   string `json:"person"`
	Reason   string `json:"reason"`
	practiceDeed
}

// errForm says that a request is not one of this page's.
var errForm = errors.New("request is not one of this page's")

// deeds are the acts that the page offers, by the last part of their address.
func (p *Panel) deeds() map[string]func(deed) error {
	deeds := map[string]func(deed) error{
		"start": func(d deed) error {
			opening := station.Opening{Batch: d.Batch, Declared: d.Declared, Hold: d.Hold,
				Description: station.Description{FacilityCode: d.Facility, Month: d.Month}}
			if err := p.station.OpenBatch(opening); err != nil {
				return err
			}
			return p.begin(d.Batch)
		},
		"continue": func(d deed) error { return p.begin(d.Batch) },
		"stop":     func(deed) error { p.halt(); return nil },
		"show":     func(d deed) error { return p.show(d.Batch) },
		"leave":    func(deed) error { return p.leave() },
		"close": func(d deed) error {
			return p.station.CloseBatch(d.Batch, station.Closing{Person: d.Person, Reason: d.Reason})
		},
		"release": func(d deed) error {
			if err := p.station.Release(d.Batch, d.Person); err != nil {
				return err
			}
			return p.station.CloseBatch(d.Batch, station.Closing{Person: d.Person, Reason: d.Reason})
		},
		"discard": func(d deed) error { return p.station.Discard(d.Batch, d.Person, d.Reason) },
	}
	if p.config.Practice != nil {
		maps.Copy(deeds, p.practiceDeeds())
	}
	return deeds
}

// perform answers one deed: 204 when it is done, and a Notice otherwise.
func (p *Panel) perform(act func(deed) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var asked deed
		kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err == nil && kind == "application/json" {
			decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10))
			decoder.DisallowUnknownFields()
			err = decoder.Decode(&asked)
		} else {
			err = errForm
		}
		if err != nil {
			http.Error(w, errForm.Error(), http.StatusBadRequest)
			return
		}
		if err := act(asked); err != nil {
			p.log.LogAttrs(r.Context(), slog.LevelInfo, "deed refused", slog.String("path", r.URL.Path), slog.String("error", err.Error()))
			p.refuse(w, err)
			return
		}
		p.mu.Lock()
		p.touch()
		p.mu.Unlock()
		w.WriteHeader(http.StatusNoContent)
	}
}

// refuse answers with the operator's words for an error.
func (p *Panel) refuse(w http.ResponseWriter, err error) {
	title, steps := station.Words(err, 0)
	if scanner.ConditionOf(err) == scanner.Unknown && title == scanner.Unknown.Title() {
		title, steps = p.texts.words("refused.title"), p.texts.words("refused.steps")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusConflict)
	_ = json.NewEncoder(w).Encode(Notice{title, steps}) // the page may have gone
}

// showPicture answers with the picture of a sheet.
func (p *Panel) showPicture(w http.ResponseWriter, r *http.Request) {
	sequence, err := strconv.Atoi(r.PathValue("sequence"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	picture, err := p.picture(pictureID{r.PathValue("batch"), sequence}, r.URL.Query().Get("size") == "large")
	if err != nil {
		http.NotFound(w, r)
		return
	}
	writePicture(w, picture)
}

// showHalf answers with the front of the sheet that arrived and is not in.
func (p *Panel) showHalf(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	half := p.half
	p.mu.Unlock()
	if half == nil {
		http.NotFound(w, r)
		return
	}
	writePicture(w, half)
}

func writePicture(w http.ResponseWriter, picture []byte) {
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Content-Length", strconv.Itoa(len(picture)))
	_, _ = w.Write(picture) // the page may have gone
}
