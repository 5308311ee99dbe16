package escl

import (
	"encoding/xml"
	"fmt"
	"strings"

	"sesshu/scanner"
)

// status is a ScannerStatus document, trimmed and without namespaces.
type status struct {
	State string // Idle, Processing, Testing, Stopped, Down
	Adf   string // ScannerAdfLoaded, ScannerAdfEmpty, ScannerAdfJam, …
	// StateReasons say why the whole device is stopped.
	StateReasons []string
	Jobs         []job
}

// job is one entry of the device's job list.
type job struct {
	Path    string // of its JobUri
	State   string // Pending, Processing, Completed, Canceled, Aborted
	Reasons []string
}

type statusXML struct {
	XMLName xml.Name `xml:"ScannerStatus"`
	State   string   `xml:"State"`
	Reasons []string `xml:"StateReasons>StateReason"`
	Adf     string   `xml:"AdfState"`
	Jobs    []struct {
		URI     string   `xml:"JobUri"`
		State   string   `xml:"JobState"`
		Reasons []string `xml:"JobStateReasons>JobStateReason"`
	} `xml:"Jobs>JobInfo"`
}

// parseStatus reads a ScannerStatus document.
func parseStatus(document []byte) (status, error) {
	var answer statusXML
	if err := xml.Unmarshal(document, &answer); err != nil {
		return status{}, fmt.Errorf("parse status: %w", err)
	}
	result := status{
		State:        strings.TrimSpace(answer.State),
		Adf:          strings.TrimSpace(answer.Adf),
		StateReasons: trimAll(answer.Reasons),
	}
	if result.State == "" {
		return status{}, fmt.Errorf("parse status: no State element")
	}
	for _, entry := range answer.Jobs {
		result.Jobs = append(result.Jobs, job{
			Path:    pathOf(strings.TrimSpace(entry.URI)),
			State:   strings.TrimSpace(entry.State),
			Reasons: trimAll(entry.Reasons),
		})
	}
	return result, nil
}

func trimAll(texts []string) []string {
	for i := range texts {
		texts[i] = strings.TrimSpace(texts[i])
	}
	return texts
}

// job returns the entry of the job at a path. Makers list jobs by full address,
// by path or by the last part only, so the last part decides.
func (s status) job(path string) (job, bool) {
	for _, entry := range s.Jobs {
		if entry.Path != "" && lastPart(entry.Path) == lastPart(path) {
			return entry, true
		}
	}
	return job{}, false
}

// over reports that the job at a path has ended or is forgotten. A device at work
// that does not list the job may be at work on it.
func (s status) over(path string) bool {
	entry, known := s.job(path)
	if !known {
		return !s.moving()
	}
	return !entry.alive()
}

// alive reports that the job has not ended.
func (j job) alive() bool { return j.State == "Processing" || j.State == "Pending" }

func lastPart(path string) string {
	path = strings.TrimRight(path, "/")
	return path[strings.LastIndexByte(path, '/')+1:]
}

// moving reports that the device is still at work, so that what it says of its
// feeder may still change.
func (s status) moving() bool { return s.State == "Processing" || s.State == "Testing" }

// adfConditions is the table of feeder states (eSCL 2.x, AdfState) that are
// faults. Loaded, Empty and Processing are not faults.
var adfConditions = map[string]scanner.Condition{
	"ScannerAdfJam":                 scanner.Jam,
	"ScannerAdfMispick":             scanner.Mispick,
	"ScannerAdfMultipickDetected":   scanner.DoubleFeed,
	"ScannerAdfHatchOpen":           scanner.CoverOpen,
	"ScannerAdfDoorOpen":            scanner.CoverOpen, // not in the standard; sane-airscan knows it
	"ScannerAdfDuplexPageTooShort":  scanner.Jam,
	"ScannerAdfDuplexPageTooLong":   scanner.DoubleFeed, // two sheets that overlap look like a long one
	"ScannerAdfInputTrayFailed":     scanner.Mispick,
	"ScannerAdfInputTrayOverloaded": scanner.Mispick,
}

// reasonConditions is the table of JobStateReasons and StateReasons (names
// from RFC 8011 and PWG 5109.1, as eSCL spells them).
var reasonConditions = map[string]scanner.Condition{
	"JobCanceledByUser":     scanner.OperatorStop,
	"JobCanceledByOperator": scanner.OperatorStop,
	"JobCanceledAtDevice":   scanner.OperatorStop,
	"JobTimedOut":           scanner.Stalled,
	"MediaJam":              scanner.Jam,
	"MediaPathJam":          scanner.Jam,
	"MultipleFeedError":     scanner.DoubleFeed,
	"DoubleFeed":            scanner.DoubleFeed,
	"CoverOpen":             scanner.CoverOpen,
	"InputTrayMissing":      scanner.Mispick,
	"MediaEmpty":            scanner.FeederEmpty,
	"PowerDown":             scanner.PowerSave,
	"PowerSave":             scanner.PowerSave,
	"Standby":               scanner.PowerSave,
	"WarmingUp":             scanner.WarmingUp,
	"ResourcesAreNotReady":  scanner.WarmingUp,
	"MemoryExhausted":       scanner.OutOfMemory,
	"OutOfMemory":           scanner.OutOfMemory,
	"ServiceOffline":        scanner.Unplugged,
	"DeviceBusy":            scanner.Busy,
}

// fault returns the feeder's or the device's own fault, nil when it has none.
func (s status) fault() *scanner.Fault {
	if s.Adf != "" {
		condition, known := adfConditions[s.Adf]
		switch {
		case known:
			return s.named(condition)
		case s.Adf == "ScannerAdfLoaded", s.Adf == "ScannerAdfEmpty", s.Adf == "ScannerAdfProcessing":
		default:
			return s.named(scanner.Unknown)
		}
	}
	if s.State == "Stopped" || s.State == "Down" {
		for _, reason := range s.StateReasons {
			if condition, known := reasonConditions[reason]; known {
				return s.named(condition)
			}
		}
		return s.named(scanner.Unknown)
	}
	return nil
}

// jobFault returns the fault that ended a job, nil when it ended well or runs.
func (s status) jobFault(entry job) *scanner.Fault {
	for _, reason := range entry.Reasons {
		if condition, known := reasonConditions[reason]; known {
			return s.named(condition)
		}
	}
	switch entry.State {
	case "Canceled":
		return s.named(scanner.OperatorStop)
	case "Aborted":
		return s.named(scanner.Unknown)
	}
	return nil
}

// named makes a fault that keeps every raw word of the device.
func (s status) named(condition scanner.Condition) *scanner.Fault {
	raw := s.State
	if s.Adf != "" {
		raw += " " + s.Adf
	}
	for _, reason := range s.StateReasons {
		raw += " " + reason
	}
	for _, entry := range s.Jobs {
		if entry.State != "Completed" {
			raw += " job " + entry.State + " " + strings.Join(entry.Reasons, " ")
		}
	}
	return &scanner.Fault{Condition: condition, Protocol: protocol, Raw: strings.TrimSpace(raw)}
}
