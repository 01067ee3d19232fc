package schedule

import (
	"context"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"strings"
)

// world is all that a run gets from outside: time, chance and the moments at which goroutines switch.
type world struct {
	now      int64 // virtual nanoseconds since 1970
	ticks    *rand.Rand
	random   io.Reader
	switcher switcher
	trace    trace
	files    Files // of the job; may be nil
}

// begin is when every run begins: 2026-01-01 00:00:00 UTC.
const begin = 1767225600 * second

const second = 1_000_000_000

// maxTick is the most nanoseconds that a reading of the clock takes, plus one.
const maxTick = 2000

func newWorld(seed uint64) *world {
	return &world{
		now: begin, ticks: child(seed, "clock"), random: source(seed, "random"), switcher: newSwitcher(child(seed, "switches")),
		trace: newTrace(),
	}
}

// child returns the generator of the part of a seed that label names.
func child(seed uint64, label string) *rand.Rand { return rand.New(source(seed, label)) }

func source(seed uint64, label string) *rand.ChaCha8 {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	copy(key[8:], label)
	return rand.NewChaCha8(key)
}

type worldKey struct{}

// within returns a context from which the functions of the host learn whose world they work in.
func (w *world) within(ctx context.Context) context.Context {
	return context.WithValue(ctx, worldKey{}, w)
}

// worldOf returns the world of the run that calls the host.
func worldOf(ctx context.Context) *world { return ctx.Value(worldKey{}).(*world) }

func (w *world) nanotime() int64 {
	w.now += 1 + w.ticks.Int64N(maxTick)
	w.trace.number(uint64(w.now))
	return w.now
}

func (w *world) walltime() (sec int64, nsec int32) {
	now := w.nanotime()
	return now / second, int32(now % second)
}

// sleep takes no time at all.
func (w *world) sleep(ns int64) { w.now += max(0, ns) }

type variable struct{ name, value string }

// environment returns what the program is told of its surroundings.
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
