package explain

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/audit"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
)

// miscounting is a store whose accounts are wrong once it has synced something.
type miscounting struct {
	workloads.Store
	synced bool
}

func (m *miscounting) Apply(writes []history.Write, d history.Durability) error {
	m.synced = m.synced || d == history.Sync
	return m.Store.Apply(writes, d)
}

var errMiscounted = errors.New("the figures do not agree")

func (m *miscounting) account() error {
	if m.synced {
		return errMiscounted
	}
	return nil
}

func TestAnAuditThatFailsAfterAnyCrashIsExplainedByWhatItDid(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, toy.Correct)
	open := s.Target.OpenStore
	s.Target.Administration.OpenAccountant = func(env contract.Env) (workloads.Store, func() error, error) {
		store, err := open(env)
		m := &miscounting{Store: store}
		return m, m.account, err
	}
	s = explore.NewSubject(s.Target, s.Recording, s.Patience)
	ticks := s.Recording.CrashTicks()
	f := explore.Failure{Judge: audit.Judge, Tick: ticks[len(ticks)-1]}
	f.Class = "accounts are wrong"
	f.Check, f.Cause = "audit.(*Auditor).accounts", errMiscounted.Error()
	var e *Explanation
	for f.Leaf = 0; e == nil && f.Leaf < 100; f.Leaf++ { // not every audit looks at the accounts
		e = Explain(t.Context(), s, &f)
	}
	require.NotNil(t, e)
	assert.Regexp(t, `^it fails after any crash, during a commit with sync on the recovered store, whose last operation on the disk is the sync of db/log \(.toy/toy.go:\d+.\)$`, e.Sentence)
	assert.Equal(t, "toy.(*Store).append", e.By.Function)
}

var errLost = errors.New("a synced pair is gone")

// standing is a standing check: it commits two pairs to a store on a disk of its own, and cuts the power.
func standing(bug toy.Bug) error {
	target, disk := toy.Target(bug), faultfs.New(faultfs.Options{Callers: true})
	env := contract.Env{FS: disk, Dir: "db", Inline: true}
	store, err := target.OpenStore(env)
	if err != nil {
		return err
	}
	for _, key := range []string{"a", "b"} {
		err = errors.Join(err, store.Apply([]history.Write{{Key: []byte(key), Value: []byte(key)}}, history.Sync))
	}
	cut := contract.PowerCut{Disk: disk, Model: faultfs.Model{Profile: faultfs.LoseAll()}, Tick: disk.Now(), Since: disk.Now()}
	cut.Holds = func(left *faultfs.FS, _ uint64) error {
		env.FS = left
		again, err := target.OpenStore(env)
		if err != nil {
			return err
		}
		for _, key := range []string{"a", "b"} {
			_, found, failed := again.Get([]byte(key))
			if err = errors.Join(err, failed); !found {
				err = errors.Join(err, errLost)
			}
		}
		return errors.Join(err, again.Close())
	}
	return errors.Join(err, cut.Check(), store.Close())
}

func TestAStandingCheckIsExplainedOnItsOwnDisk(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		bug      toy.Bug
		sentence string
		missing  string
	}{
		{toy.NoFileSync, `^on the disk of this check, the loss of the write of db/log \(.toy/toy.go:\d+.\) is enough by itself, with no intervening sync of the file`, "toy.(*Store).append"},
		{toy.NoDirSync, `^on the disk of this check, the loss of the rename of .*db/log \(.*\) is enough by itself, with no intervening sync of its directory`, "toy.(*Store).renew"},
	} {
		s := subjectOf(t, toy.Correct)
		failed := fmt.Errorf("in a situation: %w", standing(c.bug))
		require.ErrorIs(t, failed, errLost)
		s.Target.Administration.Standing = []contract.StandingCheck{{Run: func() error { return nil }}, {Run: func() error { return failed }}}
		s = explore.NewSubject(s.Target, s.Recording, s.Patience)
		f := explore.Failure{Judge: audit.Judge, Tick: s.Recording.CrashTicks()[0]}
		f.Class, f.Sentence = "accounts are wrong", "what holds for all stores does not: "+failed.Error()
		e := Explain(t.Context(), s, &f)
		require.NotNil(t, e)
		assert.Regexp(t, c.sentence, e.Sentence)
		assert.Equal(t, 1, e.Lost)
		require.NotNil(t, e.Missing)
		assert.Equal(t, c.missing, e.Missing.Function)
		f.Sentence = "another audit failed"
		assert.Nil(t, Explain(t.Context(), s, &f), "the standing check has nothing to do with it")
	}
	require.NoError(t, standing(toy.Correct))
}

// A panic of an engine in a standing check is a finding, whose explanation must not end the lab.
func TestAStandingCheckThatPanicsIsNotExplained(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, toy.Correct)
	s.Target.Administration.Standing = []contract.StandingCheck{{Run: func() error { panic("index out of range") }}}
	s = explore.NewSubject(s.Target, s.Recording, s.Patience)
	f := explore.Failure{Judge: audit.Judge, Tick: s.Recording.CrashTicks()[0]}
	f.Sentence = "the engine panics"
	assert.NotPanics(t, func() { assert.NoError(t, explore.StandingError(s, &f)) })
}

// idle is a store whose sync without writes does nothing.
type idle struct{ workloads.Store }

func (idle) Sync() error { return nil }

// opening is a filesystem whose syncs do nothing until a store is open.
type opening struct {
	afero.Fs
	open *bool
}

type openingFile struct {
	afero.File
	open *bool
}

func (o opening) wrap(f afero.File, err error) (afero.File, error) {
	if err != nil {
		return nil, err
	}
	return openingFile{f, o.open}, nil
}

func (o opening) Create(name string) (afero.File, error) { return o.wrap(o.Fs.Create(name)) }
func (o opening) Open(name string) (afero.File, error)   { return o.wrap(o.Fs.Open(name)) }

func (o opening) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	return o.wrap(o.Fs.OpenFile(name, flag, perm))
}

func (f openingFile) Sync() error {
	if !*f.open {
		return nil
	}
	return f.File.Sync()
}

func TestASyncThatDoesNothingIsComparedWithACommit(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, toy.Correct)
	open := s.Target.Open
	s.Target.Open = func(env contract.Env) (workloads.Store, error) {
		opened := false
		env.FS = opening{env.FS, &opened}
		store, err := open(env)
		opened = true
		return idle{store}, err
	}
	s.Target.Promises.SyncCoversFound = true
	s = explore.NewSubject(s.Target, s.Recording, s.Patience)
	ticks := s.Recording.CrashTicks()
	f := explore.Failure{Judge: audit.Judge, Tick: ticks[len(ticks)-1]}
	f.Class, f.Check = "sync without effect", "audit.(*Auditor).barrier"
	var e *Explanation
	for f.Leaf = 0; e == nil && f.Leaf < 200; f.Leaf++ { // not every audit makes syncs fail
		e = Explain(t.Context(), s, &f)
	}
	require.NotNil(t, e)
	assert.Regexp(t, `^it fails after any crash, during a sync without writes on the recovered store, which changes and syncs nothing on the disk; `+
		`a commit with sync in its place makes the write of db/log \(.toy/toy.go:\d+.\) and the sync of db/log`, e.Sentence)
	assert.NotEmpty(t, e.Steps)
}
