package torture

import (
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// prober recovers crash images with the real engine, one after the other, and times the engine apart from the lab. It
// is used by one goroutine.
type prober struct {
	target Target
	state  history.State // what the latest recovery read
	spent  spent
}

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

// recover opens the store on an image, reads all of it into p.state and closes it. If live is set, it is called with
// the recovered store before it is closed.
func (p *prober) recover(img *faultfs.FS, live func(workloads.Store)) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &workloads.Panic{Value: v, Stack: debug.Stack()}
		}
	}()
	p.state.Reset()
	begin := time.Now()
	store, err := p.target.Open(Env{FS: img, Dir: storeDir, Inline: true})
	opened := time.Now()
	p.spent.open += opened.Sub(begin)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	err = workloads.ReadAll(store, &p.state)
	read := time.Now()
	p.spent.read += read.Sub(opened)
	if err == nil && live != nil {
		live(store)
		p.spent.write += time.Since(read)
		read = time.Now()
	}
	closed := store.Close()
	p.spent.close += time.Since(read)
	if err != nil {
		return errors.Join(fmt.Errorf("read: %w", err), closed)
	}
	if closed != nil {
		return fmt.Errorf("close: %w", closed)
	}
	return nil
}

// refusal turns an error of a recovery into a violation, or into nothing if the fault allows the engine to refuse the
// disk as corrupt.
func refusal(err error, f *fault) *checker.Violation {
	var crash *workloads.Panic
	switch {
	case errors.As(err, &crash):
		v := panicked(crash.Value, crash.Stack)
		return &v
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
