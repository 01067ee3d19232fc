package native

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
)

// golden are the states that a store may show after a crash, where nobody has written a checker: those that it shows if the
// program alone is killed. After a power cut behind acknowledgement a, it must show what it shows after a kill at some moment
// from a to the next acknowledgement. That holds for a program that does one thing after the other. Safe for concurrent use.
type golden struct {
	spec *Spec
	rec  *program.Recording
	dir  string

	mu     sync.Mutex
	states map[int]map[state]bool // by the number of acknowledgements
	first  map[int][]string       // the lines of the state right at an acknowledgement
}

// state identifies what a store shows. A store that cannot be read has a state, too: before its first acknowledgement it may
// not be there yet.
type state [sha256.Size]byte

func newGolden(spec *Spec, rec *program.Recording, dir string) *golden {
	return &golden{
		spec: spec, rec: rec, dir: dir, states: map[int]map[state]bool{}, first: map[int][]string{},
	}
}

// shown is what a dump shows.
type shown struct {
	state state
	lines []string
	fails string // why there is no dump
	late  bool
}

// dump lets the program recover the store in a directory and say what is in it.
func (g *golden) dump(ctx context.Context, dir string) (shown, error) {
	end, all, err := command{fill(g.spec.Dump, dir, ""), []string{"TORTURE_DIR=" + dir}}.runAll(ctx, g.spec.Patience)
	if err != nil {
		return shown{}, fmt.Errorf("the dump %w", err)
	}
	if end.code != 0 {
		if end.code == 126 || end.code == 127 {
			return shown{}, fmt.Errorf("the dump %s", end.how())
		}
		return shown{state: sha256.Sum256([]byte("fails")), fails: strings.ReplaceAll(end.how(), dir, program.Dir), late: end.late}, nil
	}
	text := strings.ReplaceAll(all, dir, program.Dir)
	return shown{state: sha256.Sum256([]byte("shows " + text)), lines: strings.Split(text, "\n")}, nil
}

// behind returns the states that are right behind so many acknowledgements.
func (g *golden) behind(ctx context.Context, acked int) (map[state]bool, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if known := g.states[acked]; known != nil {
		return known, nil
	}
	right := map[state]bool{}
	line := faultfs.NewTimeline(faultfs.Recorded(g.rec.Trace), faultfs.Model{Profile: faultfs.LoseNone()}, 0)
	for i, tick := range g.window(acked) {
		at := filepath.Join(g.dir, "killed"+strconv.Itoa(acked)+"."+strconv.Itoa(i))
		img := line.Advance(tick).Image(faultfs.ImageOptions{})
		if err := program.Visit(img, &copying{at: at, modes: g.rec.Modes}); err != nil {
			return nil, err
		}
		s, err := g.dump(ctx, at)
		if err != nil {
			return nil, err
		}
		if err := os.RemoveAll(at); err != nil {
			return nil, err
		}
		if i == 0 {
			g.first[acked] = s.lines
		}
		right[s.state] = true
	}
	g.states[acked] = right
	return right, nil
}

// window returns the ticks of the operations from an acknowledgement to the next one, beginning with the last before it.
func (g *golden) window(acked int) []uint64 {
	from, until := uint64(0), ^uint64(0)
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

// judge compares what a recovered store shows with what is right.
func (g *golden) judge(ctx context.Context, dir string, acked int) (program.Answer, error) {
	right, err := g.behind(ctx, acked)
	if err != nil {
		return program.Answer{}, err
	}
	s, err := g.dump(ctx, dir)
	switch {
	case err != nil:
		return program.Answer{}, err
	case right[s.state]:
		return program.Answer{}, nil
	case s.late:
		return program.Answer{Verdict: program.Hangs, Text: "the recovery " + s.fails}, nil
	case s.fails != "":
		return program.Answer{Verdict: program.Wrong, Text: "the recovered store cannot be read: the dump " + s.fails}, nil
	}
	earlier, err := g.earlier(ctx, acked, s.state)
	if err != nil {
		return program.Answer{}, err
	}
	a := program.Answer{Verdict: program.Wrong, Output: difference(g.at(acked), s.lines)}
	a.Text = "the store shows what it never showed when the program was killed"
	if earlier >= 0 {
		a.Text = fmt.Sprintf("the store is as it was at acknowledgement %d, although %d were given", earlier, acked)
	}
	return a, nil
}

// earlierMax is how many acknowledgements are looked back upon.
const earlierMax = 32

// earlier returns the last acknowledgement before so many behind which a state was right; negative if there is none.
func (g *golden) earlier(ctx context.Context, acked int, s state) (int, error) {
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

// at returns what the store shows right at an acknowledgement.
func (g *golden) at(acked int) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.first[acked]
}

// difference shows the first lines in which two dumps differ.
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
