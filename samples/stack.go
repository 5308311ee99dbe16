package samples

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"sesshu/ledger/slip/truth"
	"sesshu/samples/scan"
)

// StackConfig says where the demonstration's stack goes.
type StackConfig struct {
	Out         string // folder, made when it is not there
	Seed        uint64
	Handwriting fs.FS // as in Config
	Workers     int   // as in Config
}

// StackFeeds is how many sheets the demonstration's stack feeds.
const StackFeeds = 41

// Stack makes the stack of paper for a demonstration, in the order in which it
// is fed: 36 ordinary slips, of which some are faint, some noisy and some
// upside down, a blank sheet, a foreign one, one with a ticket that the
// register calls used, one with another city's, and last of all, one of the
// ordinary slips once more (the very same bytes). It returns the truth, which
// with the files and registers is also in the folder.
func Stack(ctx context.Context, config StackConfig) ([]truth.Sheet, error) {
	full, err := Config{
		Out: config.Out, Count: StackFeeds - 1, Seed: config.Seed, Handwriting: config.Handwriting,
		Dates: DatesMixed, Workers: config.Workers,
	}.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("make demonstration stack: %w", err)
	}
	maker, err := newMaker(full)
	if err != nil {
		return nil, fmt.Errorf("make demonstration stack: %w", err)
	}
	orders := stackOrders(config.Seed)
	sheets, err := maker.write(ctx, full, orders, feedAgain)
	if err != nil {
		return nil, fmt.Errorf("make demonstration stack: %w", err)
	}
	return sheets, nil
}

// stackOrders shuffles the stack, but for the first sheet, which is ordinary.
func stackOrders(seed uint64) []order {
	orders := []order{
		{kind: BlankSheet, tier: scan.Clean}, {kind: ForeignSheet, tier: scan.Clean},
		{kind: UsedTicket, tier: scan.Clean}, {kind: OtherMunicipality, tier: scan.Clean},
		{kind: UpsideDown, tier: scan.Clean}, {kind: UpsideDown, tier: scan.Clean}, {kind: UpsideDown, tier: scan.Office},
		{kind: Ordinary, tier: scan.Office, faint: true}, {kind: Ordinary, tier: scan.Office, faint: true}, {kind: Ordinary, tier: scan.Clean, faint: true},
		{kind: Ordinary, tier: scan.Poor}, {kind: Ordinary, tier: scan.Poor},
	}
	for len(orders) < StackFeeds-2 {
		tier := scan.Clean
		if len(orders)%3 == 0 {
			tier = scan.Office
		}
		orders = append(orders, order{kind: Ordinary, tier: tier})
	}
	random := rand.New(rand.NewPCG(seed, 0x737461636b))
	random.Shuffle(len(orders), func(i, j int) { orders[i], orders[j] = orders[j], orders[i] })
	orders = append([]order{{kind: Ordinary, tier: scan.Clean}}, orders...)
	for i := range orders {
		orders[i].index = i
	}
	return orders
}

// feedAgain writes the first sheet a second time, at the end. The second one
// must not become a second dose.
func feedAgain(out *folder, sheets []truth.Sheet) ([]truth.Sheet, error) {
	again := sheets[0]
	content, err := os.ReadFile(filepath.Join(out.dir, again.File))
	if err != nil {
		return nil, err
	}
	again.File = fmt.Sprintf("%04d.jpg", len(sheets)+1)
	again.Expect = truth.Review
	return append(sheets, again), out.write(again.File, content)
}
