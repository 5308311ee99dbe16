package sane

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"sesshu/scanner"
)

// SANE_Status values (SANE standard 1.06, section 4.2.7, and sane.h), which are
// scanimage's exit codes. Code 1 is also its answer to wrong arguments.
const (
	statusGood   = 0
	statusJammed = 6
	statusNoDocs = 7
)

var statusConditions = map[int]scanner.Condition{
	1:            scanner.Unsupported,
	2:            scanner.OperatorStop,
	3:            scanner.Busy,
	4:            scanner.Unsupported,
	statusJammed: scanner.Jam,
	statusNoDocs: scanner.FeederEmpty,
	8:            scanner.CoverOpen,
	9:            scanner.Unplugged, // I/O error: the cable, the power or the device
	10:           scanner.OutOfMemory,
	11:           scanner.Denied,
	12:           scanner.WarmingUp, // backends that have it; not in the standard
}

// faultOf names an exit code. complaint is scanimage's last message.
func faultOf(code int, complaint string) *scanner.Fault {
	fault := &scanner.Fault{Condition: scanner.Unknown, Protocol: protocol, Raw: fmt.Sprintf("status %d", code)}
	if condition, known := statusConditions[code]; known {
		fault.Condition = condition
	}
	if complaint != "" {
		fault.Raw += ", " + complaint
	}
	return fault
}

// openConditions is the table of libsane's words for a device that cannot be
// opened (sane_strstatus, sane-backends 1.2): scanimage's exit code is 1 for all
// of them. What is not in it counts as unreachable.
var openConditions = map[string]scanner.Condition{
	"Device busy":                        scanner.Busy,
	"Document feeder jammed":             scanner.Jam,
	"Scanner cover is open":              scanner.CoverOpen,
	"Out of memory":                      scanner.OutOfMemory,
	"Access to resource has been denied": scanner.Denied,
}

// openFault names why a device could not be opened.
func openFault(code int, complaint string) *scanner.Fault {
	fault := faultOf(code, complaint)
	if fault.Condition != scanner.Unknown && fault.Condition != scanner.Unsupported {
		return fault
	}
	fault.Condition = scanner.Unplugged
	for words, condition := range openConditions {
		if strings.HasSuffix(complaint, ": "+words) {
			fault.Condition = condition
		}
	}
	return fault
}

// exitCode returns a child's exit code, -1 when a signal ended it or it never
// ran.
func exitCode(err error) int {
	if err == nil {
		return statusGood
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return -1
}
