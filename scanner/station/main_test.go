package station_test

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// The test binary is also the station and the server that tests kill.
func TestMain(m *testing.M) {
	for variable, run := range map[string]func() error{stationBatch: feedMain, serverProcess: serverMain, stationProcess: stationMain} {
		if variable == stationProcess && os.Getenv(stationBatch) != "" {
			continue
		}
		if os.Getenv(variable) == "" {
			continue
		}
		if err := run(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("sesshu/ledger/postgres.reap"))
}
