package record

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// KeptElsewhere is the class of the violation of a store that shows data although its disk is empty, or that does not
// read its disk. Crashes of such a store prove nothing, because its data are not on the disk that crashes.
const KeptElsewhere = "data elsewhere"

// elsewhere opens another store of the target on a new, empty disk, after one has been closed. A store that shows data
// there keeps them in files outside Env.FS, or in variables.
func elsewhere(ctx context.Context, target contract.Target, p *plan.Plan, patience time.Duration) []checker.Violation {
	fs := faultfs.New(faultfs.Options{Clock: yielding{}})
	if !target.Promises.MakesDir {
		prepare(fs)
	}
	state, err := lookInto(ctx, target, fs, p, patience)
	if err != nil || state.Len() == 0 {
		return nil // a store that fails here also fails in other runs
	}
	for key := range state.All() {
		return []checker.Violation{{Class: KeptElsewhere, Sentence: fmt.Sprintf(
			"a store that was opened on an empty disk has %d keys of the store before it, such as %q: the engine keeps data elsewhere than "+
				"on Env.FS, in files that it opens with package os, or in variables", state.Len(), key,
		)}}
	}
	return nil
}

// unread opens the store again on the disk that it left. A store that shows nothing of what it wrote, and has read none
// of the bytes there, looks for its data elsewhere.
func unread(ctx context.Context, target contract.Target, r *Recording, patience time.Duration) []checker.Violation {
	key := r.written()
	if key == nil {
		return nil
	}
	model := faultfs.Model{Profile: faultfs.LoseNone()}
	fs, err := faultfs.Recorded(r.Trace).Crash(r.Trace[len(r.Trace)-1].Tick, model, faultfs.ImageOptions{})
	if err != nil {
		return nil // crashes of this run will show that
	}
	bytes := bytesIn(fs)
	state, err := lookInto(ctx, target, fs, r.Plan, patience)
	if err != nil || state.Len() > 0 || bytes == 0 || fs.Calls(faultfs.OpRead) > 0 {
		return nil
	}
	return []checker.Violation{{Class: KeptElsewhere, Sentence: fmt.Sprintf(
		"a store that was opened again, on the disk that it has left, shows nothing of what it had, such as %q, and has read none of the %d bytes "+
			"there: its recovery bypasses Env.FS, perhaps with package os", key, bytes,
	)}}
}

// written returns a key that the store must have at the end of the run, and nil if there is none.
func (r *Recording) written() []byte {
	last := map[string]bool{} // whether the key is present
	for i := range r.History {
		for _, w := range r.History[i].Writes {
			last[string(w.Key)] = !w.Delete && r.History[i].Outcome == history.Acked
		}
	}
	for _, op := range slices.Backward(r.History) {
		for _, w := range op.Writes {
			if last[string(w.Key)] {
				return w.Key
			}
		}
	}
	return nil
}

// bytesIn returns the total size of the files in the store's directory.
func bytesIn(fs afero.Fs) (sum int64) {
	err := afero.Walk(fs, StoreDir, func(_ string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			sum += info.Size()
		}
		return err
	})
	if err != nil {
		return 0
	}
	return sum
}

// lookInto opens a store and reads all of it.
func lookInto(ctx context.Context, target contract.Target, fs *faultfs.FS, p *plan.Plan, patience time.Duration) (*history.State, error) {
	done, state := make(chan error, 1), &history.State{}
	env := contract.Env{FS: fs, Dir: StoreDir, Inline: true, Limits: p.Spec.Limits}.Stopping(Stopping(done))
	go func() {
		err := workloads.ErrExited // unless the goroutine gets to its end
		defer func() {
			if v := recover(); v != nil {
				err = &workloads.Panic{Value: v, Stack: debug.Stack()}
			}
			done <- err
		}()
		err = readAnew(target, env, state)
	}()
	if err := await(ctx, done, patience, func() int { return int(fs.Now()) }); err != nil {
		return nil, err // NB: state may still be in use
	}
	return state, nil
}

func readAnew(target contract.Target, env contract.Env, state *history.State) error {
	store, err := target.OpenStore(env)
	if err != nil {
		return err
	}
	return errors.Join(workloads.ReadAll(store, state), store.Close())
}
