package soak

import (
	"context"
	"maps"
	"os"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/soak/flatness"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/soak/measure"
	"github.com/lightningdb/lightning-torture/workloads/soak/supervisor"
)

// rules has the rules of the figures that must stay flat, by name. Throughput is per CPU time, so that other work on the
// machine does not affect it. The throughput of laps is compared cell by cell. Other figures of laps are not judged,
// because every lap is a new process with different work to do.
var rules = map[string]flatness.Rule{
	"supervisor.rss":        {Floor: 8 << 20},
	"supervisor.heap":       {Floor: 8 << 20},
	"supervisor.goroutines": {Floor: 8},
	"supervisor.fds":        {Floor: 8},
	"life.rss":              {Floor: 32 << 20},
	"life.heap":             {Floor: 32 << 20},
	"life.goroutines":       {Floor: 16},
	"life.fds":              {Floor: 8},
	"life.ops_per_cpu":      {Falls: true},
	"life.amplification":    {Floor: 0.5},
	"life.files":            {Floor: 16},
	cellThroughput:          {Falls: true},
}

// cellThroughput is the figure of the crash images that a cell judged per second of CPU time.
const cellThroughput = lapProcess + ".images_per_cpu"

// trends has the series of this start by the name of the figure.
type trends map[string]*flatness.Series

// slopes judges the series that have a rule. All figures of the engine are judged too: they must not grow.
func (t trends) slopes() []Slope {
	var all []Slope
	for _, name := range slices.Sorted(maps.Keys(t)) {
		rule, judged := rules[name]
		if !judged && !strings.HasPrefix(name, enginePrefix) {
			continue
		}
		if !judged {
			rule = flatness.Rule{Floor: engineFloor}
			if strings.HasSuffix(name, "_bytes") {
				rule.Floor = engineBytesFloor
			}
		}
		trend := t[name].Judge(rule)
		all = append(all, Slope{
			Figure: name, Samples: trend.Samples, Median: trend.Median, PerHour: trend.PerHour, Low: trend.Low, High: trend.High, Flat: trend.Flat,
			Measurable: trend.Measurable, Sentence: trend.Sentence,
		})
	}
	return all
}

// The engine's figures of the long-lived store, such as levels and tables, are small numbers, except for bytes.
const (
	enginePrefix     = "engine."
	engineFloor      = 16
	engineBytesFloor = 8 << 20
)

// sampling measures until ctx is done.
func (s *Soak) sampling(ctx context.Context) error {
	ticker := time.NewTicker(s.opts.Sample)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		if err := s.sample(); err != nil {
			return err
		}
	}
}

// sample measures this process and records its figures together with the latest ones of the children.
func (s *Soak) sample() error {
	own := supervisor.Measured{Figures: map[string]float64{}, Missing: map[string]string{}}
	add := func(name string, value float64, err error) {
		if err != nil {
			own.Missing[name] = err.Error()
			return
		}
		own.Figures[name] = value
	}
	rss, err := measure.RSS(os.Getpid())
	add("rss", float64(rss), err)
	fds, err := measure.Descriptors(os.Getpid())
	add("fds", float64(fds), err)
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(heap)
	add("heap", float64(heap[0].Value.Uint64()), nil)
	add("goroutines", float64(runtime.NumGoroutine()), nil)
	s.measured(supervisorProcess, own)
	free, err := measure.Free(s.opts.Dir)
	disk := supervisor.Measured{Figures: map[string]float64{"free": float64(free)}}
	if err != nil {
		disk = supervisor.Measured{Missing: map[string]string{"free": err.Error()}}
	}
	s.measured("disk", disk)

	s.mu.Lock()
	s.mu.life.rate(s.mu.figures, lifeProcess+".ops", lifeProcess+".cpu", lifeProcess+".ops_per_cpu")
	e := &ledger.Sample{Figures: maps.Clone(s.mu.figures), Missing: maps.Clone(s.mu.missing)}
	hours := s.opts.Now().Sub(s.began).Hours()
	s.mu.trends.add(hours, e.Figures)
	s.mu.slopes = s.mu.trends.slopes()
	s.mu.Unlock()
	return s.add(&ledger.Event{Sample: e})
}

// measured keeps the latest figures of a child, prefixed with the name of the process. Figures of the engine keep their names.
func (s *Soak) measured(process string, m supervisor.Measured) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, value := range m.Figures {
		if name = figure(process, name); value >= 0 {
			s.mu.figures[name] = value
			delete(s.mu.missing, name)
		}
	}
	for name, why := range m.Missing {
		name = figure(process, name)
		s.mu.missing[name] = why
		delete(s.mu.figures, name)
	}
}

// rate measures work per CPU time between two samples of a process.
type rate struct{ work, cpu float64 }

// rate sets a figure to the work done per second of CPU time since the last sample, if the process has used enough CPU
// time for that.
func (r *rate) rate(figures map[string]float64, work, cpu, name string) {
	now := rate{figures[work], figures[cpu]}
	if now.cpu < r.cpu {
		*r = rate{} // the process was replaced
	}
	const enough = 1 // second
	if now.cpu-r.cpu < enough {
		return
	}
	figures[name] = (now.work - r.work) / (now.cpu - r.cpu)
	*r = now
}

// forget drops the figures of a process that has ended.
func (s *Soak) forget(process string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.mu.trends {
		if strings.HasPrefix(name, process+".") || process == lifeProcess && strings.HasPrefix(name, enginePrefix) {
			delete(s.mu.trends, name)
		}
	}
}

func figure(process, name string) string {
	if strings.HasPrefix(name, enginePrefix) {
		return name
	}
	return process + "." + name
}
