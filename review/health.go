package review

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// live says that the process answers.
func (s *Server) live(c *gin.Context) { c.String(http.StatusOK, "ok\n") }

// ready says that the store answers too.
func (s *Server) ready(c *gin.Context) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), 3*time.Second)
	defer cancel()
	if err := s.store.Ready(ctx); err != nil {
		s.fail(c, s.passing(err))
		return
	}
	text := "ok\n"
	for _, notice := range s.notices(english) {
		text += notice + "\n"
	}
	c.String(http.StatusOK, "%s", text)
}

// measure makes the registry of this server. Its labels name routes, methods,
// statuses and states; never anything about a slip or a person.
func (s *Server) measure(further []prometheus.Collector) {
	s.durations = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "sesshu_http_request_duration_seconds", Help: "Time to answer HTTP requests, by route.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
	}, []string{"route", "method", "status"})
	s.registry = prometheus.NewRegistry()
	s.registry.MustRegister(s.durations, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &ledgerCollector{store: s.store, now: s.now})
	s.registry.MustRegister(further...)
}

func (s *Server) metrics() gin.HandlerFunc {
	return gin.WrapH(promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}))
}

// ledgerCollector asks the store at every scrape, so that the numbers are the
// ledger's and survive a restart.
type ledgerCollector struct {
	store Store
	now   func() time.Time
}

var (
	sheetsDesc  = prometheus.NewDesc("sesshu_sheets", "Sheets in the ledger's intake, by what became of them.", []string{"state"}, nil)
	entriesDesc = prometheus.NewDesc("sesshu_entries", "Entries in the ledger.", nil, nil)
	doublesDesc = prometheus.NewDesc("sesshu_sheets_duplicate", "Sheets whose dose was in the ledger already.", nil, nil)
	waitingDesc = prometheus.NewDesc("sesshu_review_waiting", "Pages that wait for a person.", nil, nil)
	oldestDesc  = prometheus.NewDesc("sesshu_review_oldest_seconds", "Age of the page that waits longest.", nil, nil)
	medianDesc  = prometheus.NewDesc("sesshu_decision_median_seconds", "Median time from capture to the machine's decision.", nil, nil)
)

// Describe implements prometheus.Collector.
func (l *ledgerCollector) Describe(descriptions chan<- *prometheus.Desc) {
	for _, description := range []*prometheus.Desc{sheetsDesc, entriesDesc, doublesDesc, waitingDesc, oldestDesc, medianDesc} {
		descriptions <- description
	}
}

// Collect implements prometheus.Collector. What the store cannot say now is left
// out and reported as invalid.
func (l *ledgerCollector) Collect(metrics chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	gauge := func(description *prometheus.Desc, value float64, labels ...string) {
		metrics <- prometheus.MustNewConstMetric(description, prometheus.GaugeValue, value, labels...)
	}
	totals, err := l.store.Totals(ctx)
	if err != nil {
		metrics <- prometheus.NewInvalidMetric(sheetsDesc, err)
	} else {
		gauge(sheetsDesc, float64(totals.Waiting), "waiting")
		gauge(sheetsDesc, float64(totals.Accepted), "accepted")
		gauge(sheetsDesc, float64(totals.Review), "review")
		gauge(sheetsDesc, float64(totals.Rejected), "rejected")
		gauge(doublesDesc, float64(totals.Duplicates))
		gauge(entriesDesc, float64(totals.Entries))
		gauge(medianDesc, totals.MedianSeconds)
	}
	waiting, oldest, err := l.store.ReviewCount(ctx)
	if err != nil {
		metrics <- prometheus.NewInvalidMetric(waitingDesc, err)
		return
	}
	gauge(waitingDesc, float64(waiting))
	age := 0.0
	if waiting > 0 {
		age = max(0, l.now().Sub(oldest).Seconds())
	}
	gauge(oldestDesc, age)
}
