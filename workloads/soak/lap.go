package soak

import (
	"context"
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/soak/lap"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/soak/supervisor"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// lapRun is a lap in progress.
type lapRun struct {
	soak    *Soak
	lap     int
	cells   []torture.Cell
	at      *lap.Place // the cell in progress; nil before the first one
	counted int        // cells counted by the current child
	todo    int        // cells given to the current child
	blind   string     // why the canary was not caught; empty if it was
	seconds float64
}

// lap does the remaining cells of a lap, in as many children as it takes.
func (s *Soak) lap(ctx context.Context, number int) error {
	cells, err := s.spec.Cells(s.target, number)
	if err != nil {
		return err
	}
	r := &lapRun{soak: s, lap: number, cells: cells}
	unlucky := 0 // consecutive children killed from outside before they counted anything
	for ctx.Err() == nil {
		job := r.job()
		if len(job.Cells) == 0 && !job.Canary {
			return s.add(&ledger.Event{Lap: &ledger.Lap{Lap: number, Shard: s.opts.Shard, Cells: len(cells), Seconds: r.seconds}})
		}
		r.at, r.counted, r.todo = nil, 0, len(job.Cells)
		end := supervisor.Run(ctx, s.child(lapProcess, job, r.handle))
		if r.blind != "" {
			return fmt.Errorf("%w: %s", ErrBlind, r.blind)
		}
		if unlucky++; r.counted > 0 {
			unlucky = 0
		}
		if err := s.ended(ctx, r, end, unlucky); err != nil {
			return err
		}
	}
	return nil
}

// job returns the job of the next child: what is left of the lap.
func (r *lapRun) job() *lap.Job {
	j := r.soak.job()
	j.Lap, j.Of = r.lap, len(r.cells)
	own := 0
	r.soak.book(func(b *ledger.Book) {
		j.Canary = !b.HasCanary(r.lap)
		for i := range r.cells {
			if !r.soak.opts.Shard.Has(i) {
				continue
			}
			if own++; !b.Has(r.lap, i) {
				j.Cells = append(j.Cells, i)
			}
		}
	})
	r.soak.mu.Lock()
	defer r.soak.mu.Unlock()
	r.soak.mu.lap, r.soak.mu.cell, r.soak.mu.cells = r.lap, own-len(j.Cells), own
	return j
}

// handle records a message of a child.
func (r *lapRun) handle(m lap.Message) error {
	s := r.soak
	switch {
	case m.Begin != nil:
		r.at = m.Begin.Cell
		s.say("lap %d, %s", r.lap, m.Begin.What)
	case m.Canary != nil:
		if !m.Canary.Caught {
			r.blind = m.Canary.Reason
		}
		return s.add(&ledger.Event{Canary: m.Canary})
	case m.Cell != nil:
		r.counted++
		r.seconds += m.Cell.Seconds
		if err := s.count(m.Cell); err != nil {
			return err
		}
		s.mu.Lock()
		s.mu.cell++
		s.mu.Unlock()
	}
	return nil
}

// count adds a cell to the ledger and announces findings that are new or have regressed.
func (s *Soak) count(c *ledger.Cell) error {
	before := s.states()
	for i := range c.Findings {
		c.Findings[i].File = s.relative(c.Findings[i].File)
	}
	if err := s.add(&ledger.Event{Cell: c}); err != nil {
		return err
	}
	s.throughput(c)
	s.announce(before)
	return nil
}

// throughput records how many images a cell judged per second of CPU time.
func (s *Soak) throughput(c *ledger.Cell) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if rate, has := c.ImagesPerCPU(); has {
		s.mu.figures[cellThroughput] = rate
		s.mu.trends.cell(s.opts.Now().Sub(s.began).Hours(), c)
	}
}

// states returns the states of the findings, by ID.
func (s *Soak) states() map[string]ledger.State {
	states := map[string]ledger.State{}
	s.book(func(b *ledger.Book) {
		for _, f := range b.Findings() {
			states[f.ID] = f.State
		}
	})
	return states
}

// announce logs the findings whose state has changed.
func (s *Soak) announce(before map[string]ledger.State) {
	var lines []string
	s.book(func(b *ledger.Book) {
		for _, f := range b.Findings() {
			if f.State != before[f.ID] {
				lines = append(lines, fmt.Sprintf("%s %s: %s", f.State, f.ID, f.Sentence))
			}
		}
	})
	for _, line := range lines {
		s.opts.Log(line)
	}
}

// job returns an empty job of this soak.
func (s *Soak) job() *lap.Job {
	j := &lap.Job{Spec: s.spec, Dir: s.opts.Dir, Workers: s.opts.Workers, Memory: s.opts.Memory, Full: s.full()}
	s.book(func(b *ledger.Book) {
		for _, f := range b.Findings() {
			if f.File != "" && f.State != ledger.Resolved {
				j.Known = append(j.Known, f.ID)
			}
		}
	})
	return j
}

// Names of the soak's processes, in figures and deaths.
const (
	supervisorProcess = "supervisor"
	lapProcess        = "lap"
	lifeProcess       = "life"
	replayProcess     = "replay"
)

// child returns the child that does a job.
func (s *Soak) child(process string, job *lap.Job, handle func(lap.Message) error) supervisor.Child {
	return supervisor.Child{
		Args: s.opts.Args, Job: job, Stuck: s.opts.Stuck, Stderr: s.opts.Stderr, Handle: handle,
		Measured: func(m supervisor.Measured) { s.measured(process, m) },
	}
}
