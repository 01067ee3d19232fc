package bench

import (
	"fmt"
	"os"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// recoverEntries is the maximum number of entries in the log; crashers is the number of goroutines that write them.
const (
	recoverEntries = 85_092
	crashers       = 4
)

// crash puts entries and kills its own process right after the last acknowledgement. It returns only on an error.
func (s *session) crash(w work) error {
	s.Entries = min(s.Entries, recoverEntries)
	if err := s.open(w); err != nil {
		return err
	}
	if _, err := drive(plan{crashers, s.Entries, loadLimit, chunk}, s.putter(1, w.durability)); err != nil {
		return err
	}
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		return err
	}
	if err := self.Kill(); err != nil {
		return err
	}
	select {} // until the signal arrives
}

// recover measures opening what crash left behind, and counts the missing entries.
func (s *session) recover(t trial) (m Measurement, err error) {
	w := t.work
	s.Entries = min(s.Entries, recoverEntries)
	before, start := now(), time.Now()
	if err := s.open(w); err != nil {
		return m, err
	}
	seconds := time.Since(start).Seconds()
	cpu, others := before.until(now())
	m = Measurement{
		Figure: seconds * 1e3, OpenMillis: seconds * 1e3, OpsPerSecond: float64(s.Entries) / seconds,
		CPUPerOp: cpu / float64(s.Entries) * 1e6, OthersCPU: others,
	}
	count, err := s.contents()
	if err != nil {
		return m, err
	}
	m.Lost = float64(s.Entries - count)
	if m.Lost != 0 && s.engine.NoSyncSurvivesKill && w.durability == history.NoSync {
		return m, fmt.Errorf("%w: %d of %d acknowledged entries are lost", ErrWrong, s.Entries-count, s.Entries)
	}
	return m, s.checkFiles()
}
