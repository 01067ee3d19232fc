package audit

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/judge"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// store is a toy store that tells the configured lies.
type store struct {
	*toy.Store
	verify error
	drops  func(w history.Write) bool // nil: nothing
	hides  func(key []byte) bool      // nil: nothing
	read   error
	gets   func(value []byte, found bool) ([]byte, bool) // changes the results of Get; nil: no change
}

func (s *store) Get(key []byte) ([]byte, bool, error) {
	value, found, err := s.Store.Get(key)
	if s.gets != nil {
		value, found = s.gets(value, found)
	}
	return value, found, err
}

func (s *store) Verify() error { return s.verify }

func (s *store) Apply(writes []history.Write, d history.Durability) error {
	if s.drops != nil {
		writes = slices.DeleteFunc(slices.Clone(writes), s.drops)
	}
	return s.Store.Apply(writes, d)
}

func (s *store) Scan(from, to []byte, visit func(key, value []byte) bool) error {
	err := s.Store.Scan(from, to, func(key, value []byte) bool {
		return s.hides != nil && s.hides(key) || visit(key, value)
	})
	return errors.Join(s.read, err)
}

// opening returns a function that opens toy stores and makes each of them lie.
func opening(lie func(s *store)) func(contract.Env) (workloads.Store, error) {
	return func(env contract.Env) (workloads.Store, error) {
		s, err := toy.Open(env, toy.Correct)
		if err != nil {
			return nil, err
		}
		told := &store{Store: s}
		lie(told)
		return told, nil
	}
}

func nothing(*store) {}

// honest returns a toy store that offers everything that is audited and tells the truth.
func honest() contract.Target {
	t := toy.Target(toy.Correct)
	t.Promises.ReportsCorruption = true
	t.Open = opening(nothing)
	a := &t.Administration
	a.ListBackups = numbersIn
	a.VerifyBackups = func(contract.Env, string) error { return nil }
	a.DeleteBackup = func(env contract.Env, repository string, number uint64) error {
		dir := fmt.Sprintf("%s/%d", repository, number)
		if _, err := env.FS.Stat(dir); err != nil {
			return err
		}
		return errors.Join(env.FS.RemoveAll(dir), toy.SyncDir(env.FS, repository))
	}
	a.VerifyFiles = func(env contract.Env) error {
		_, err := afero.ReadFile(env.FS, env.Dir+"/log") // any damage of a log looks like a torn write
		return err
	}
	a.Repair = func(contract.Env) (contract.Repaired, error) { return contract.Repaired{}, nil }
	a.OpenAccountant = accountant(nothing, nil)
	return t
}

func accountant(lie func(*store), wrong error) func(contract.Env) (workloads.Store, func() error, error) {
	return func(env contract.Env) (workloads.Store, func() error, error) {
		s, err := opening(lie)(env)
		return s, func() error { return wrong }, err
	}
}

func numbersIn(env contract.Env, repository string) (numbers []uint64, err error) {
	dir, err := env.FS.Open(repository)
	if err != nil {
		return nil, err
	}
	names, err := dir.Readdirnames(0)
	for _, name := range names {
		n, err := strconv.ParseUint(name, 10, 64)
		if _, unfinished := env.FS.Stat(repository + "/" + name + "/log"); err == nil && unfinished == nil {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers, errors.Join(err, dir.Close())
}

// audited runs one audit of an image.
type audited func(a *Auditor, im *Image, point *faultfs.CrashPoint, rot *faultfs.Rule) *checker.Violation

func healthy(a *Auditor, im *Image, _ *faultfs.CrashPoint, _ *faultfs.Rule) *checker.Violation {
	return a.Healthy(im, true)
}

func rotten(a *Auditor, im *Image, point *faultfs.CrashPoint, rot *faultfs.Rule) *checker.Violation {
	other, damage, ok := point.Rot(rot.Clone(), im.Seed)
	if !ok {
		return nil
	}
	damaged := im.Rotten(other, &damage)
	if path.Dir(damage.Path) != record.StoreDir {
		return nil // to a toy, any damage of a log looks like a torn write, even in copies
	}
	v := a.Rotten(damaged)
	if v == nil {
		v = a.Repaired(damaged, im)
	}
	if v == nil {
		v = a.Named(damaged, damage.Effect)
	}
	return v
}

func rottenCopy(a *Auditor, im *Image, point *faultfs.CrashPoint, rot *faultfs.Rule) *checker.Violation {
	other, damage, ok := point.Rot(rot.Clone(), im.Seed)
	if !ok || path.Dir(damage.Path) == record.StoreDir {
		return nil
	}
	return a.Rotten(im.Rotten(other, &damage))
}

// accusations audits several images of each of many crash points of a run, and returns the sentences of violations by
// class.
func accusations(t *testing.T, target contract.Target, ask audited) map[string]string {
	t.Helper()
	const images = 8
	p, err := plan.Resolve(plan.Spec{
		Workload: "lifecycle", Fault: "power", Profile: "posix-min", Seed: 5, Size: workloads.Size{Clients: 1, Ops: 40, Keys: 12},
	})
	require.NoError(t, err)
	r := record.Run(t.Context(), target, p, record.DefaultPatience)
	require.Empty(t, r.Problems)
	rot, err := faultfs.ParseRule("bitflip rest")
	require.NoError(t, err)
	a, cuts := New(target, r, judge.New(target, r)), record.NewCuts(r.Trace, r.History)
	said := map[string]string{}
	timeline := faultfs.NewTimeline(faultfs.Recorded(r.Trace), p.Model, 0)
	for _, tick := range record.Spread(r.CrashTicks(), 24, 1) {
		point := timeline.Advance(tick)
		for seed := range uint64(images) {
			im := &Image{Point: point, Seed: plan.Mix(tick, seed), Cut: cuts.At(tick), Rule: p.Fault.Rule(target.Promises)}
			if v := ask(a, im, point, rot); v != nil {
				said[v.Class] = v.Sentence
			}
		}
	}
	return said
}
