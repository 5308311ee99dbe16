package panel

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"sesshu/ledger/slip"
	"sesshu/scanner"
	"sesshu/scanner/station"
)

// serviceLimit is how long a page waits for the service before it shows what
// the station knows.
const serviceLimit = 3 * time.Second

// historyRows is how many batches the history shows.
const historyRows = 300

// row is one batch of the history.
type row struct {
	station.Batch
	State string // a key of the texts
}

func stateOf(account station.Batch) string {
	switch {
	case account.Discarded != nil:
		return "state.discarded"
	case account.ClosedAt != nil:
		return "state.closed"
	case account.Stuck != nil:
		return "state.stuck"
	case account.Closing != nil:
		return "state.closing"
	case account.Held:
		return "state.held"
	}
	return "state.open"
}

func (p *Panel) history(w http.ResponseWriter, r *http.Request) {
	var rows []row
	for _, account := range slices.Backward(p.station.Batches()) {
		if len(rows) == historyRows {
			break
		}
		rows = append(rows, row{account, stateOf(account)})
	}
	p.page(w, r, "batches", map[string]any{"Rows": rows})
}

// reportData is what the printed report of a batch shows.
type reportData struct {
	row
	Now time.Time
	// Count is the ledger's account: of this moment, or of the closing when the
	// service cannot be asked (Fresh is false then); nil when nothing is known.
	Count *slip.BatchCount
	Fresh bool
	// Holds is the law of conservation: declared = fed = accepted + in review +
	// rejected + waiting.
	Holds bool
	// Notable are the sheets that somebody may want to look up.
	Notable []tile
}

// StuckWords says why an administrator must look at the batch.
func (d reportData) StuckWords() scanner.Words {
	title, _ := station.TroubleWords(d.Stuck)
	return title
}

func (p *Panel) batchReport(w http.ResponseWriter, r *http.Request) {
	accounts := p.station.Batches()
	at := slices.IndexFunc(accounts, func(account station.Batch) bool { return account.Name == r.PathValue("batch") })
	if at < 0 {
		http.NotFound(w, r)
		return
	}
	account := accounts[at]
	data := reportData{row: row{account, stateOf(account)}, Now: p.config.Now(), Count: account.Count}
	if p.config.Service != nil && account.HandedIn > 0 {
		ctx, cancel := context.WithTimeout(r.Context(), serviceLimit)
		defer cancel()
		count, err := p.config.Service.Batch(ctx, p.config.Name, account.Name)
		if err == nil {
			data.Count, data.Fresh = &count, true
			err = p.ask(ctx, account.Name, 0)
		}
		if err != nil && !errors.Is(err, station.ErrRefused) {
			p.log.LogAttrs(ctx, slog.LevelInfo, "report without the service's word", slog.String("error", err.Error()))
		}
	}
	data.Holds = data.Count != nil && holds(account, *data.Count)
	p.mu.Lock()
	data.Notable = slices.DeleteFunc(slices.Clone(p.sheetsOf(account).tiles), func(t tile) bool {
		return t.State == slip.SheetAccepted && !t.Duplicate && !t.Repeat || t.State == stateHere && !t.Repeat || account.Discarded != nil
	})
	p.mu.Unlock()
	p.page(w, r, "batch", data)
}

// holds checks the law of conservation of paper.
func holds(account station.Batch, count slip.BatchCount) bool {
	declared := count.Slips()
	if account.Declared != nil {
		declared = *account.Declared
	}
	return declared == count.Slips() && account.Safe == count.Stored &&
		count.Stored == count.Accepted+count.Review+count.Rejected+count.Waiting
}
