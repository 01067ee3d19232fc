package coverage

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/coverage"
	"sync"
)

// The two parts of a run. They are also the names of the directories with their counters.
const (
	recording  = "run"      // a store runs and its disk is recorded
	recovering = "recovery" // crash images are recovered
)

// Collector collects the counters of its own process, which must be a binary that Build has built.
type Collector struct {
	dir  string
	main string // the main package, which is not part of the engine
	mu   sync.Mutex
	part string
	err  error
}

// NewCollector returns a collector that writes below a directory. Whatever the process has executed so far counts as
// part of the run, including what the engine does to report its limits. The main package of the process is counted but
// not reported.
func NewCollector(dir, mainPackage string) (*Collector, error) {
	c := &Collector{dir: dir, main: mainPackage, part: recording}
	for _, part := range []string{recording, recovering} {
		if err := os.MkdirAll(filepath.Join(dir, part), 0o777); err != nil {
			return nil, err
		}
		if err := coverage.WriteMetaDir(filepath.Join(dir, part)); err != nil {
			return nil, fmt.Errorf("this binary does not count statements: %w", err)
		}
	}
	return c, nil
}

// Running is a torture.Options.Running: slot 0 begins a run, any other slot the recoveries of a crash point.
func (c *Collector) Running(slot int, _ string) {
	part := recovering
	if slot == 0 {
		part = recording
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.part != part {
		c.err = errors.Join(c.err, c.take())
		c.part = part
	}
}

// take writes and clears the counters of the part that ends.
func (c *Collector) take() error {
	return errors.Join(coverage.WriteCountersDir(filepath.Join(c.dir, c.part)), coverage.ClearCounters())
}

// Close writes the last counters and returns the first error of the collector.
func (c *Collector) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = errors.Join(c.err, c.take())
	return c.err
}
