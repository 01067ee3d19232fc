package record

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
)

// KeptElsewhere is the class of the violation of a store that has data although its disk is empty. All that crashes of it would
// show is how its data get lost or mixed up: they are not on the disk that crashes.
const KeptElsewhere = "data elsewhere"

// elsewhere opens another store of the target, on an empty disk of its own, after one has been closed. A store that shows
// something keeps it in files that are not on Env.FS, or in variables.
func elsewhere(ctx context.Context, target contract.Target, p *plan.Plan, patience time.Duration) []checker.Violation {
	fs := faultfs.New(faultfs.Options{Clock: yielding{}})
	if !target.Promises.MakesDir {
		prepare(fs)
	}
	done, state := make(chan error, 1), &history.State{}
	env := contract.Env{FS: fs, Dir: StoreDir, Inline: true, Limits: p.Spec.Limits}.Stopping(Stopping(done))
	go func() {
		err := workloads.ErrExited // unless it gets to its end
		defer func() {
			if v := recover(); v != nil {
				err = &workloads.Panic{Value: v, Stack: debug.Stack()}
			}
			done <- err
		}()
		err = readAnew(target, env, state)
	}()
	err := await(ctx, done, patience, func() int { return int(fs.Now()) })
	if err != nil || state.Len() == 0 {
		return nil // a store that fails here fails in other runs, too
	}
	for key := range state.All() {
		return []checker.Violation{{Class: KeptElsewhere, Sentence: fmt.Sprintf(
			"a store that was opened on an empty disk has %d keys of the store before it, such as %q: the engine keeps data elsewhere than "+
				"on Env.FS, in files that it opens with package os, or in variables", state.Len(), key,
		)}}
	}
	return nil
}

func readAnew(target contract.Target, env contract.Env, state *history.State) error {
	store, err := target.OpenStore(env)
	if err != nil {
		return err
	}
	return errors.Join(workloads.ReadAll(store, state), store.Close())
}
