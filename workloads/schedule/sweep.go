package schedule

import (
	"bytes"
	"context"
	"runtime"
	"sync"
)

// Seeds are all seeds from First to Last, both included.
type Seeds struct{ First, Last uint64 }

// Swept is what a sweep found out.
type Swept struct {
	Ran    uint64 // how many seeds ran, with those after the one that failed that had begun already
	Seed   uint64 // the lowest that failed, or else the first
	Failed bool
	Outcome
	Stdout, Stderr []byte // of that seed
}

// Sweep runs the program from every seed, on all processors, until one fails, and returns the lowest that fails. An end
// of ctx ends it between two runs, with the error of ctx. The writers and the reader of job are not used.
func (p *Program) Sweep(ctx context.Context, seeds Seeds, job Job) (Swept, error) {
	s := &sweep{program: p, job: job, next: seeds.First, last: seeds.Last, more: seeds.First <= seeds.Last}
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() { s.work(ctx) })
	}
	workers.Wait()
	return s.result, s.err
}

type sweep struct {
	program *Program
	job     Job
	last    uint64

	mu     sync.Mutex // guards all below
	next   uint64
	more   bool
	result Swept
	err    error
}

func (s *sweep) work(ctx context.Context) {
	for {
		seed, ok := s.take(ctx)
		if !ok {
			return
		}
		var stdout, stderr bytes.Buffer
		job := s.job
		job.Stdin, job.Stdout, job.Stderr = nil, &stdout, &stderr
		outcome, err := s.program.Run(ctx, seed, job)
		s.put(Swept{
			Seed: seed, Failed: outcome.ExitCode != 0, Outcome: outcome, Stdout: stdout.Bytes(), Stderr: stderr.Bytes(),
		}, err)
	}
}

// take hands out the seeds in order, until one failed: then no lower one is left to begin.
func (s *sweep) take(ctx context.Context) (seed uint64, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil && s.more {
		s.err = context.Cause(ctx)
	}
	if s.err != nil || s.result.Failed || !s.more {
		return 0, false
	}
	seed = s.next
	s.more = seed != s.last // and not seed < last: the last may be the highest of all numbers
	s.next++
	return seed, true
}

// put keeps the lowest seed that failed, or else the lowest.
func (s *sweep) put(run Swept, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
	ran := s.result.Ran + 1
	better := run.Failed && !s.result.Failed || run.Failed == s.result.Failed && run.Seed < s.result.Seed
	if ran == 1 || better {
		s.result = run
	}
	s.result.Ran = ran
}
