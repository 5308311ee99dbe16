package main

import (
	"context"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"sesshu/ocr/decide"
	"sesshu/ocr/drift"
)

// newGuard follows the decisions in the ledger and tightens the policy when the
// stream is no longer like the slips that it was calibrated on. The bands of the
// built-in policy are those of drawn samples, which no city's stream is like: they
// are not watched.
func (v *service) newGuard() *drift.Guard {
	var bands []decide.Band
	if v.settings.Policy != "" && v.policy.Calibrated != nil {
		bands = v.policy.Calibrated.Bands
	}
	return drift.NewGuard(drift.GuardConfig{
		Policy: v.policy,
		Bands:  bands,
		Last:   v.store.LastRow,
		Every:  v.settings.DriftEvery,
		Logger: v.settings.logger,
		Decisions: func(ctx context.Context, after int64, limit int) ([]drift.Decided, error) {
			records, err := v.store.Decisions(ctx, after, limit)
			decided := make([]drift.Decided, 0, len(records))
			for _, record := range records {
				decided = append(decided, drift.Decided(record))
			}
			return decided, err
		},
	})
}

// startReading proves that the policy speaks of the running readers and brings
// it to where the stream has left it.
func (v *service) startReading(ctx context.Context) error {
	if err := v.settings.checkPolicy(ctx, v.pool, v.policy); err != nil {
		return err
	}
	return v.guard.Start(ctx)
}

// notices are what the service has to say of itself beside being ready, in one
// language.
func (v *service) notices(language string) []string {
	alarms := v.guard.Alarms()
	lines := make([]string, 0, len(alarms))
	for _, alarm := range alarms {
		title, value := alarm.Form, string(alarm.Value)
		if known := formNamed(v.forms, alarm.Form); known != nil {
			if known.Title[language] != "" {
				title = known.Title[language]
			}
			if block, has := known.Value(alarm.Value); has && block.Title[language] != "" {
				value = block.Title[language]
			}
		}
		if language == "ja" {
			lines = append(lines, fmt.Sprintf("「%s」の「%s」の読み取り傾向が較正時と異なります。較正し直すまで必ず人が確認します。管理者に知らせてください。", title, value))
		} else {
			lines = append(lines, fmt.Sprintf("drift: %s on %q is no longer read as when the policy was calibrated; a person is always asked until it is calibrated again. Tell the administrator.", value, title))
		}
	}
	return lines
}

var driftDescription = prometheus.NewDesc("sesshu_drift_tightened",
	"1 for every value of a form that left its band and is asked of a person.", []string{"form", "value"}, nil)

// driftCollector shows a guard's alarms to whoever collects metrics.
type driftCollector struct{ guard *drift.Guard }

// Describe implements prometheus.Collector.
func (driftCollector) Describe(descriptions chan<- *prometheus.Desc) {
	descriptions <- driftDescription
}

// Collect implements prometheus.Collector.
func (c driftCollector) Collect(metrics chan<- prometheus.Metric) {
	for _, alarm := range c.guard.Alarms() {
		metrics <- prometheus.MustNewConstMetric(driftDescription, prometheus.GaugeValue, 1, alarm.Form, string(alarm.Value))
	}
}
