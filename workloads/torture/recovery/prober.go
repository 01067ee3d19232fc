package recovery

import (
	"errors"
	"fmt"
	"runtime/debug"
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

// Prober recovers crash images one after the other.
type Prober struct {
	target contract.Target
	limits contract.Limits
	state  *history.State // what the latest recovery read
	spent  Spent
	epoch  time.Time
	// entered is when the engine was called, in nanoseconds since epoch; 0: it returned; abandoned: nobody waits for it.
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
// call, unless the caller keeps it. Recover does not return if GiveUp has taken the recovery away meanwhile.
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

// Do calls a function that uses the engine in other ways. Like Recover it does not return if it was taken away, and a panic of
// the engine is a *workloads.Panic. An engine that promises StopsOnError has a stop for its environments, otherwise it is nil: who
// calls it ends Do with a *record.Stopped, and do is left behind. The time counts as the engine's reading.
func (p *Prober) Do(do func(stop func(reason string))) error {
	begin := time.Now()
	p.entered.Store(int64(begin.Sub(p.epoch)) + 1)
	err := p.do(do)
	for {
		if now := p.entered.Load(); now == abandoned {
			select {}
		} else if p.entered.CompareAndSwap(now, 0) { // it may be that of the latest Renew
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

// caught calls a function, and returns its panic as a *workloads.Panic.
func caught(do func()) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &workloads.Panic{Value: v, Stack: debug.Stack()}
		}
	}()
	do()
	return nil
}

// Renew says, within a call of Do, that the engine came back and is called anew: patience begins again.
func (p *Prober) Renew() {
	if entered := p.entered.Load(); entered > 0 {
		p.entered.CompareAndSwap(entered, int64(time.Since(p.epoch))+1) // unless it was taken away
	}
}

// Keep leaves the state of the latest recovery to the caller. The next recovery reads into spare, whose contents are lost.
func (p *Prober) Keep(spare *history.State) { p.state = spare }

// Spent returns the time that the engine has taken so far.
func (p *Prober) Spent() Spent { return p.spent }

// GiveUp reports whether the engine has been recovering for longer than patience. If so, it takes the recovery away from its
// goroutine, which never returns from Recover.
func (p *Prober) GiveUp(patience time.Duration) bool {
	entered := p.entered.Load()
	return entered > 0 && time.Since(p.epoch) > time.Duration(entered)+patience && p.entered.CompareAndSwap(entered, abandoned)
}

// run recovers. An engine that may stop has a goroutine of its own, which is left behind if it does.
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

// CheckFiles looks at what the recovered and closed store left open, and on the disk.
func (p *Prober) CheckFiles(img *faultfs.FS) *checker.Violation {
	if v := CheckOpen(img); v != nil {
		return v
	}
	if p.target.CheckFiles == nil {
		return nil
	}
	if err := p.target.CheckFiles(img, record.StoreDir); err != nil {
		return &checker.Violation{Class: "leftover files", Sentence: "recovery left files behind: " + err.Error()}
	}
	return nil
}

// maxOpenNamed is how many open files a violation names.
const maxOpenNamed = 5

// CheckOpen demands that a store that was closed, or could not be opened, holds no file open.
func CheckOpen(fs *faultfs.FS) *checker.Violation {
	names := fs.OpenFiles()
	if len(names) == 0 {
		return nil
	}
	sentence := fmt.Sprintf("the store was closed and left files open (%d): %s",
		len(names), strings.Join(names[:min(len(names), maxOpenNamed)], ", "))
	return &checker.Violation{Class: "open files", Sentence: sentence}
}
