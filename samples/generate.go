package samples

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"sesshu/ledger/slip/truth"
)

// Generate makes sample slips: NNNN.jpg as a scanner would deliver them,
// truth.jsonl, the registers in masters/ and fonts.txt with the fonts used. The
// same configuration on a machine with the same fonts gives the same bytes,
// whatever the number of workers.
func Generate(ctx context.Context, config Config) error {
	config, err := config.withDefaults()
	if err != nil {
		return fmt.Errorf("generate samples: %w", err)
	}
	maker, err := newMaker(config)
	if err != nil {
		return fmt.Errorf("generate samples: %w", err)
	}
	orders := make([]order, config.Count)
	for i := range orders {
		orders[i] = order{index: i, kind: Ordinary, tier: config.Tier}
		random := rand.New(rand.NewPCG(config.Seed, uint64(i)+0x6b696e64))
		if random.Float64() < config.Trouble {
			kind := troubles[random.IntN(len(troubles))]
			if !kind.ofTicket() || maker.hasTickets() {
				orders[i].kind = kind
			}
		}
	}
	if _, err := maker.write(ctx, config, orders); err != nil {
		return fmt.Errorf("generate samples: %w", err)
	}
	return nil
}

// write makes the sheets and everything that lies beside them.
func (m *maker) write(ctx context.Context, config Config, orders []order) ([]truth.Sheet, error) {
	if err := os.MkdirAll(config.Out, 0o755); err != nil {
		return nil, err
	}
	sheets := make([]truth.Sheet, len(orders))
	digits := max(4, len(fmt.Sprint(len(orders))))
	group, working := errgroup.WithContext(ctx)
	group.SetLimit(config.Workers)
	for i, order := range orders {
		group.Go(func() error {
			if err := working.Err(); err != nil {
				return err
			}
			file, sheet, err := m.make(order)
			if err != nil {
				return fmt.Errorf("sheet %d: %w", i+1, err)
			}
			sheet.File = fmt.Sprintf("%0*d.jpg", digits, i+1)
			sheets[i] = sheet
			return os.WriteFile(filepath.Join(config.Out, sheet.File), file, 0o644)
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return sheets, m.writeBeside(config.Out, sheets)
}

// writeBeside writes truth, registers and the record of fonts.
func (m *maker) writeBeside(dir string, sheets []truth.Sheet) error {
	var text bytes.Buffer
	if err := truth.Write(&text, sheets); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, truth.FileName), text.Bytes(), 0o644); err != nil {
		return err
	}
	fonts := strings.Join(m.fonts.Names(), "\n") + "\n"
	if err := os.WriteFile(filepath.Join(dir, "fonts.txt"), []byte(fonts), 0o644); err != nil {
		return err
	}
	return m.world.WriteMasters(filepath.Join(dir, "masters"))
}
