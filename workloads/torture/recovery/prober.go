package recovery

import (
	"errors"
	"fmt"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// Prober recovers crash images one after another.
type Prober struct {
	target contract.Target
	limits contract.Limits
	state  *history.State // what the latest recovery read
	spent  Spent
	epoch  time.Time
	// entered is when the engine was called, in nanoseconds since epoch. 0: no call is under way; abandoned: it was given up.
	entered atomic.Int64
}

// abandoned is the value of Prober.entered during a recovery that was given up.
const abandoned = -1

// NewProber returns a prober that recovers with the engine of a target, under the limits of the run.
func NewProber(target contract.Target, limits contract.Limits) *Prober {
	return &Prober{target: target, limits: limits, state: &history.State{}, epoch: time.Now()}
}

// Call is one call of the engine's recovery.
type Call struct {
	Image *faultfs.FS
	// Probe, if not 0, asks for single keys too and compares them with what the scan showed; see ProbeSeed.
	Probe uint64
	// Live, if set, is called with the recovered store and all that was read, before the store is closed.
	Live func(workloads.Store, *history.State)
}

// Recover opens the store on an image, reads all of it and closes it. The state that it returns is valid until the next
// call, unless the caller keeps it (see Keep). If GiveUp gives the recovery up meanwhile, Recover never returns.
func (p *Prober) Recover(c Call) (*history.State, error) {
	begin := time.Now()
	entered := int64(begin.Sub(p.epoch)) + 1
	p.entered.Store(entered)
	took, err := p.run(c, begin)
	if !p.entered.CompareAndSwap(entered, 0) {
		select {}
	}
	p.spent.Add(took)
	return p.state, err
}

// Do calls a function that uses the engine in other ways. Like Recover, it never returns if it is given up, and it returns a
// panic of the engine as a *workloads.Panic. The time counts as reading by the engine.
//
// If the engine promises StopsOnError, do gets a function stop for its environments; otherwise stop is nil. Calling stop
// makes Do return a *record.Stopped and leaves the goroutine that runs do behind.
func (p *Prober) Do(do func(stop func(reason string))) error {
	begin := time.Now()
	p.entered.Store(int64(begin.Sub(p.epoch)) + 1)
	err := p.do(do)
	for {
		if now := p.entered.Load(); now == abandoned {
			select {}
		} else if p.entered.CompareAndSwap(now, 0) { // now may have been set by Renew, and Renew may be running
			break
		}
	}
	p.spent.Read += time.Since(begin)
	return err
}

func (p *Prober) do(do func(stop func(reason string))) error {
	if !p.target.Promises.StopsOnError {
		return caught(func() { do(nil) })
	}
	ended := make(chan error, 1)
	go func() {
		err := caught(func() { do(record.Stopping(ended)) })
		select {
		case ended <- err:
		default: // it has stopped
		}
	}()
	return <-ended
}

// caught calls a function and returns its panic, if any, as a *workloads.Panic.
func caught(do func()) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &workloads.Panic{Value: v, Stack: debug.Stack()}
		}
	}()
	do()
	return nil
}

// Renew is called within Do when one call of the engine has returned and the next one starts: patience starts again.
func (p *Prober) Renew() {
	if entered := p.entered.Load(); entered > 0 {
		p.entered.CompareAndSwap(entered, int64(time.Since(p.epoch))+1) // fails if it was given up in between
	}
}

// Keep transfers the state of the latest recovery to the caller. The next recovery overwrites spare instead.
func (p *Prober) Keep(spare *history.State) { p.state = spare }

// Spent returns the time that the engine has taken so far.
func (p *Prober) Spent() Spent { return p.spent }

// GiveUp gives up a recovery if the current call of the engine has been running for longer than patience, and reports
// whether it did. The goroutine of that recovery then never returns from Recover or Do.
func (p *Prober) GiveUp(patience time.Duration) bool {
	entered := p.entered.Load()
	return entered > 0 && time.Since(p.epoch) > time.Duration(entered)+patience && p.entered.CompareAndSwap(entered, abandoned)
}

// run recovers an image. An engine that promises StopsOnError gets a goroutine of its own, which is left behind if it stops.
func (p *Prober) run(c Call, begin time.Time) (Spent, error) {
	env := contract.Env{FS: c.Image, Dir: record.StoreDir, Inline: true, Limits: p.limits}
	if !p.target.Promises.StopsOnError {
		return run(p.target.OpenStore, env, c, p.state, begin)
	}
	ended, state := make(chan error, 1), p.state
	var result struct {
		took Spent
		err  error
	}
	go func() {
		result.took, result.err = run(p.target.OpenStore, env.Stopping(record.Stopping(ended)), c, state, begin)
		select {
		case ended <- nil:
		default: // it has stopped
		}
	}()
	if stopped := <-ended; stopped != nil {
		p.state = &history.State{}
		return Spent{Open: time.Since(begin)}, stopped
	}
	return result.took, result.err
}

func run(
	open func(contract.Env) (workloads.Store, error), env contract.Env, c Call, state *history.State, begin time.Time,
) (took Spent, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &workloads.Panic{Value: v, Stack: debug.Stack()}
		}
	}()
	state.Reset()
	store, err := open(env)
	opened := time.Now()
	took.Open = opened.Sub(begin)
	if err != nil {
		return took, fmt.Errorf("open: %w", err)
	}
	err = workloads.ReadAll(store, state)
	if err == nil && c.Probe != 0 {
		err = probe(store, state, c.Probe)
	}
	read := time.Now()
	took.Read = read.Sub(opened)
	if err == nil && c.Live != nil {
		c.Live(store, state)
		took.Write = time.Since(read)
		read = time.Now()
	}
	closed := store.Close()
	took.Close = time.Since(read)
	if err != nil {
		return took, errors.Join(fmt.Errorf("read: %w", err), closed)
	}
	if closed != nil {
		return took, fmt.Errorf("close: %w", closed)
	}
	return took, nil
}

// CheckFiles checks the recovered and closed store for open files and for leftover files on the disk.
func (p *Prober) CheckFiles(img *faultfs.FS) *checker.Violation {
	if v := CheckOpen(img); v != nil {
		return v
	}
	if p.target.CheckFiles == nil {
		return nil
	}
	if err := p.target.CheckFiles(img, record.StoreDir); err != nil {
		return &checker.Violation{Class: "leftover files", Sentence: "recovery left files behind: " + err.Error(), Cause: err.Error()}
	}
	return nil
}

// maxOpenNamed limits the open files that a violation names.
const maxOpenNamed = 5

// CheckOpen returns a violation if a store that was closed, or could not be opened, still has open files.
func CheckOpen(fs *faultfs.FS) *checker.Violation {
	names := fs.OpenFiles()
	if len(names) == 0 {
		return nil
	}
	sentence := fmt.Sprintf("the store was closed and left files open (%d): %s",
		len(names), strings.Join(names[:min(len(names), maxOpenNamed)], ", "))
	return &checker.Violation{Class: "open files", Sentence: sentence, Check: kindsOf(names)}
}

// kindsOf returns the kinds of files: their names without the numbers, each once.
func kindsOf(names []string) string {
	kinds := make([]string, len(names))
	for i, name := range names {
		kinds[i] = numbers.ReplaceAllString(name, "#")
	}
	slices.Sort(kinds)
	return strings.Join(slices.Compact(kinds), " ")
}

var numbers = regexp.MustCompile(`[0-9]+`)
