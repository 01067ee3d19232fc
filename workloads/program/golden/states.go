package golden

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
)

// Shown is the result of dumping a store.
type Shown struct {
	Lines []string
	Fails string // why the dump failed, for example "ended with exit code 1"; empty if it succeeded
	Hangs bool   // the dump did not finish in time
}

// state is a hash of what a store shows.
type state [sha256.Size]byte

func (s *Shown) state() state {
	if s.Fails != "" {
		return sha256.Sum256([]byte("fails"))
	}
	return sha256.Sum256([]byte("shows " + strings.Join(s.Lines, "\n")))
}

// States has the states that are allowed after each acknowledgement of a recording.
type States struct {
	rec  *program.Recording
	dump func(context.Context, *faultfs.FS) (Shown, error)

	mu     sync.Mutex
	states map[int]map[state]bool // the allowed states, by the number of acknowledgements
	first  map[int][]string       // the dump at the moment of an acknowledgement
}

// New returns the states of a recording. The function dump lets the program recover an image and returns what is in it; an
// error means that the lab could not run it.
func New(rec *program.Recording, dump func(context.Context, *faultfs.FS) (Shown, error)) *States {
	return &States{rec: rec, dump: dump, states: map[int]map[state]bool{}, first: map[int][]string{}}
}

// behind returns the states that are allowed after acked acknowledgements.
func (g *States) behind(ctx context.Context, acked int) (map[state]bool, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if known := g.states[acked]; known != nil {
		return known, nil
	}
	right := map[state]bool{}
	line := faultfs.NewTimeline(faultfs.Recorded(g.rec.Trace), faultfs.Model{Profile: faultfs.LoseNone()}, 0)
	for i, tick := range g.window(acked) {
		s, err := g.dump(ctx, line.Advance(tick).Image(faultfs.ImageOptions{}))
		if err != nil {
			return nil, err
		}
		if i == 0 {
			g.first[acked] = s.Lines
		}
		right[s.state()] = true
	}
	g.states[acked] = right
	return right, nil
}

// window returns the ticks at which to kill the program: at acknowledgement number acked itself, and after each operation
// before the next acknowledgement.
func (g *States) window(acked int) []uint64 {
	from, until := g.rec.Settled, ^uint64(0)
	if acked > 0 {
		from = g.rec.Acks[acked-1].Tick
	}
	if acked < len(g.rec.Acks) {
		until = g.rec.Acks[acked].Tick
	}
	ticks := []uint64{from}
	for _, tick := range g.rec.Ticks() {
		if tick > from && tick < until {
			ticks = append(ticks, tick)
		}
	}
	return ticks
}

// oracle is the program.Answer.Oracle of all answers.
const oracle = "states after kills"

// Judge compares what a recovered store shows with the states that are allowed after acked acknowledgements.
func (g *States) Judge(ctx context.Context, s Shown, acked int) (program.Answer, error) {
	a, err := g.judge(ctx, s, acked)
	a.Oracle = oracle
	return a, err
}

func (g *States) judge(ctx context.Context, s Shown, acked int) (program.Answer, error) {
	right, err := g.behind(ctx, acked)
	switch {
	case err != nil:
		return program.Answer{}, err
	case right[s.state()]:
		return program.Answer{}, nil
	case s.Hangs:
		return program.Answer{Verdict: program.Hangs, Text: "the recovery " + s.Fails}, nil
	case s.Fails != "":
		return program.Answer{Verdict: program.Wrong, Text: "the recovered store cannot be read: the dump " + s.Fails}, nil
	}
	earlier, err := g.earlier(ctx, acked, s.state())
	if err != nil {
		return program.Answer{}, err
	}
	a := program.Answer{Verdict: program.Wrong, Output: difference(g.at(acked), s.Lines)}
	a.Text = "the store shows what it never showed when the program was killed"
	if earlier >= 0 {
		a.Text = fmt.Sprintf("the store is as it was after %d of %d acknowledgements", earlier, acked)
	}
	return a, nil
}

// earlierMax limits how many acknowledgements Judge goes back to explain a wrong state.
const earlierMax = 32

// earlier returns the last acknowledgement before acked after which a state was allowed, or -1.
func (g *States) earlier(ctx context.Context, acked int, s state) (int, error) {
	for i := acked - 1; i >= max(0, acked-earlierMax); i-- {
		right, err := g.behind(ctx, i)
		if err != nil {
			return 0, err
		}
		if right[s] {
			return i, nil
		}
	}
	return -1, nil
}

// at returns what the store shows at the moment of an acknowledgement.
func (g *States) at(acked int) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.first[acked]
}

// difference describes the first line in which two dumps differ.
func difference(want, got []string) []string {
	i := 0
	for i < len(want) && i < len(got) && want[i] == got[i] {
		i++
	}
	at := func(lines []string) string {
		if i < len(lines) {
			return strconv.Quote(lines[i])
		}
		return "missing"
	}
	return []string{fmt.Sprintf("line %d of the dump is %s", i+1, at(got)), fmt.Sprintf("at the last acknowledgement it was %s", at(want))}
}
