package torture

import (
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// prober recovers crash images with the real engine, one after the other, and times the engine apart from the lab. It
// is used by one goroutine, which a watchdog may leave behind.
type prober struct {
	target Target
	state  history.State // what the latest recovery read
	spent  spent
	epoch  time.Time
	// inside is when the engine was entered, in nanoseconds since epoch; 0: it was left again; gone: nobody waits for it.
	inside atomic.Int64
}

// gone is prober.inside of a recovery that the watchdog has given up.
const gone = -1

// spent is where the time of exploration went, summed over all workers.
type spent struct {
	making            time.Duration // crash points and images
	open, read, close time.Duration // the engine's
	write             time.Duration // the engine's, in the second life
	total             time.Duration // the rest of it is judging, searching and book-keeping
}

// engine is the time spent inside the engine.
func (s *spent) engine() time.Duration { return s.open + s.read + s.close + s.write }

func (s *spent) add(o spent) {
	s.making += o.making
	s.open += o.open
	s.read += o.read
	s.close += o.close
	s.write += o.write
	s.total += o.total
}

func (s *spent) seconds() Spent {
	rest := s.total - s.making - s.engine()
	return Spent{
		Making: s.making.Seconds(), Open: s.open.Seconds(), Read: s.read.Seconds(), Close: s.close.Seconds(),
		Write: s.write.Seconds(), Judging: rest.Seconds(),
	}
}

// recovery is one call of the engine's recovery.
type recovery struct {
	img *faultfs.FS
	// probe, if not 0, asks for single keys too and compares them with what the scan showed.
	probe uint64
	// live, if set, is called with the recovered store and all that was read, before the store is closed.
	live func(workloads.Store, *history.State)
}

// recover opens the store on an image, reads all of it into p.state and closes it. It does not return if the watchdog
// has given the recovery up meanwhile: then what the caller works on belongs to somebody else.
func (p *prober) recover(r recovery) error {
	begin := time.Now()
	entered := int64(begin.Sub(p.epoch)) + 1
	p.inside.Store(entered)
	took, err := p.run(r, begin)
	if !p.inside.CompareAndSwap(entered, 0) {
		select {}
	}
	p.spent.add(took)
	return err
}

// giveUp reports whether the engine has been inside for longer than patience. Then it takes the goroutine's work away.
func (p *prober) giveUp(patience time.Duration) bool {
	entered := p.inside.Load()
	return entered > 0 && time.Since(p.epoch) > time.Duration(entered)+patience && p.inside.CompareAndSwap(entered, gone)
}

func (p *prober) run(r recovery, begin time.Time) (took spent, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &workloads.Panic{Value: v, Stack: debug.Stack()}
		}
	}()
	p.state.Reset()
	store, err := p.target.Open(Env{FS: r.img, Dir: storeDir, Inline: true})
	opened := time.Now()
	took.open = opened.Sub(begin)
	if err != nil {
		return took, fmt.Errorf("open: %w", err)
	}
	err = workloads.ReadAll(store, &p.state)
	if err == nil && r.probe != 0 {
		err = probe(store, &p.state, r.probe)
	}
	read := time.Now()
	took.read = read.Sub(opened)
	if err == nil && r.live != nil {
		r.live(store, &p.state)
		took.write = time.Since(read)
		read = time.Now()
	}
	closed := store.Close()
	took.close = time.Since(read)
	if err != nil {
		return took, errors.Join(fmt.Errorf("read: %w", err), closed)
	}
	if closed != nil {
		return took, fmt.Errorf("close: %w", closed)
	}
	return took, nil
}

// refusal turns an error of a recovery into a violation, or into nothing if the fault allows the engine to refuse the
// disk as corrupt.
func refusal(err error, f *fault) *checker.Violation {
	var crash *workloads.Panic
	var differs *disagreement
	switch {
	case errors.As(err, &crash):
		v := panicked(crash.Value, crash.Stack)
		return &v
	case errors.As(err, &differs):
		return &checker.Violation{Class: "get disagrees with scan", Sentence: "after the crash " + differs.Error()}
	case f.refuse && errors.Is(err, workloads.ErrCorrupt):
		return nil
	}
	return &checker.Violation{
		Class: "does not recover", Sentence: "the store cannot be recovered after the crash: " + err.Error(),
	}
}

// checkFiles looks at what the recovered and closed store left on the disk.
func (p *prober) checkFiles(img *faultfs.FS) *checker.Violation {
	if p.target.CheckFiles == nil {
		return nil
	}
	if err := p.target.CheckFiles(img, storeDir); err != nil {
		return &checker.Violation{Class: "leftover files", Sentence: "recovery left files behind: " + err.Error()}
	}
	return nil
}
