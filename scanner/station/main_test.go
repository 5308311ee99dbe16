package station_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// The test binary is also the station process that the crash test kills.
func TestMain(m *testing.M) {
	if os.Getenv(stationProcess) != "" {
		runStationProcess()
		return
	}
	goleak.VerifyTestMain(m)
}
