package schedule

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"strings"
)

// world is everything that a run gets from outside: time, randomness and the points at which goroutines switch.
type world struct {
	now      int64         // virtual nanoseconds since 1970
	clock    *rand.ChaCha8 // how far each reading advances it
	random   *rand.ChaCha8
	switcher switcher
	trace    trace
	files    *tree // of the job; nil: those of the host
	stdout   sink
	stderr   sink
	most     uint64    // maximum number of switches; 0: no limit
	limit    uint64    // maximum number of functions entered; 0: no limit
	again    *instance // the instance to restore when the program exits, or nil
}

// begin is the time at which every run begins: 2026-01-01 00:00:00 UTC.
const begin = 1767225600 * second

const second = 1_000_000_000

// maxTick is one more than the maximum number of nanoseconds by which a reading advances the clock.
const maxTick = 2000

func newWorld(seed uint64, job Job) *world {
	w := &world{
		now: begin, clock: source(seed, "clock"), random: source(seed, "random"), switcher: newSwitcher(source(seed, "switches")),
		trace: newTrace(), limit: job.Limit, most: job.Switches,
	}
	if job.Files != nil {
		w.files = &tree{job.Files}
	}
	w.stdout, w.stderr = sink{trace: &w.trace, to: job.Stdout}, sink{trace: &w.trace, to: job.Stderr}
	return w
}

// source returns the generator for the part of the seed that label names.
func source(seed uint64, label string) *rand.ChaCha8 {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	copy(key[8:], label)
	return rand.NewChaCha8(key)
}

type worldKey struct{}

// within returns a context that tells host functions which world they act on.
func (w *world) within(ctx context.Context) context.Context {
	return context.WithValue(ctx, worldKey{}, w)
}

// worldOf returns the world of the run that calls the host.
func worldOf(ctx context.Context) *world { return ctx.Value(worldKey{}).(*world) }

func (w *world) nanotime() int64 {
	w.now += 1 + rand.New(w.clock).Int64N(maxTick)
	w.trace.number(uint64(w.now))
	return w.now
}

func (w *world) walltime() (sec int64, nsec int32) {
	now := w.nanotime()
	return now / second, int32(now % second)
}

// sleep advances the clock and takes no real time.
func (w *world) sleep(ns int64) { w.now += max(0, ns) }

type variable struct{ name, value string }

// environment returns the program's environment variables.
func environment(seed uint64, job Job) []variable {
	dir := job.Dir
	if dir == "" {
		dir = "/"
	}
	all := []variable{{"PWD", dir}, {"TMPDIR", TempDir}, {"SCHEDULE_SEED", decimal(seed)}}
	for _, v := range job.Env {
		name, value, _ := strings.Cut(v, "=")
		all = append(all, variable{name, value})
	}
	return all
}
