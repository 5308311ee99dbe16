package samples

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"sesshu/ledger/slip/truth"
)

// Generate makes sample slips: NNNN.jpg as a scanner would deliver them,
// truth.jsonl, the registers in masters/, fonts.txt with the fonts used and
// samples.sha256 with the hashes of all these. The same configuration on a
// machine with the same fonts gives the same bytes, whatever the number of
// workers.
//
// The folder is made, or must be empty, or hold an older set and nothing else:
// that is replaced. ErrForeignFiles says that it holds more; then nothing in it
// is touched.
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
	if _, err := maker.write(ctx, config, orders, nil); err != nil {
		return fmt.Errorf("generate samples: %w", err)
	}
	return nil
}

// write makes the sheets and everything that lies beside them, in an empty
// folder. A set that does not become whole leaves nothing behind.
// The addition, if there is one, may put further sheets there.
func (m *maker) write(ctx context.Context, config Config, orders []order, addition func(*folder, []truth.Sheet) ([]truth.Sheet, error)) ([]truth.Sheet, error) {
	out, err := openFolder(config.Out)
	if err != nil {
		return nil, err
	}
	sheets, err := m.writeSheets(ctx, config, orders, out)
	if err == nil && addition != nil {
		sheets, err = addition(out, sheets)
	}
	if err == nil {
		err = m.writeBeside(out, sheets)
	}
	if err == nil {
		err = out.seal()
	}
	if err != nil {
		return nil, out.abandon(err)
	}
	return sheets, nil
}

// writeSheets makes the sheets, several at a time.
func (m *maker) writeSheets(ctx context.Context, config Config, orders []order, out *folder) ([]truth.Sheet, error) {
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
			return out.write(sheet.File, file)
		})
	}
	return sheets, group.Wait()
}

// writeBeside writes truth, registers and the record of fonts.
func (m *maker) writeBeside(out *folder, sheets []truth.Sheet) error {
	var text bytes.Buffer
	if err := truth.Write(&text, sheets); err != nil {
		return err
	}
	if err := out.write(truth.FileName, text.Bytes()); err != nil {
		return err
	}
	if err := out.write("fonts.txt", []byte(strings.Join(m.fonts.Names(), "\n")+"\n")); err != nil {
		return err
	}
	err := m.world.WriteMasters(filepath.Join(out.dir, mastersName))
	return errors.Join(err, out.noteAll(mastersName))
}
