package program_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
)

// notes is a Way that runs a small store: each note is a file that is written under a temporary name and renamed.
type notes struct {
	observes                  bool
	fileSync, dirSync, silent bool
	recovered                 *int
	rules                     []*faultfs.Rule
	refuses                   bool // the checker cannot be run
	rewrites                  bool // a recovery rewrites all notes, without a sync
	count                     int  // number of notes; 0 means 3
	stumbles                  int  // the checker fails only in the recovery with this number
	mistaken                  bool // the checker fails once anything is acknowledged
	inPlace                   bool // notes are written under their final names, and the checker looks for damaged ones
	forgets                   bool // the last note is removed before it is acknowledged
	vague                     bool // the checker says the same of missing and damaged notes
	hangs                     bool // the recovery hangs if a note is missing, with different output each time
}

func (n notes) Record(context.Context) (*program.Recording, error) {
	tape := program.NewTape(n.rules...)
	for i := range cmp.Or(n.count, 3) {
		if err := n.add(tape.FS, fmt.Sprint("note", i)); err != nil {
			return nil, err
		}
		if n.forgets && i == 2 {
			if err := tape.FS.Remove(fmt.Sprint("note", i)); err != nil {
				return nil, err
			}
		}
		if !n.silent {
			tape.Ack(fmt.Sprint("note", i))
		}
	}
	return tape.Recording("test", []string{"notes", program.Dir}), nil
}

func (n notes) add(fs *faultfs.FS, name string) error {
	tmp := "tmp"
	if n.inPlace {
		tmp = name
	}
	f, err := fs.Create(tmp)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(strings.Repeat(name, 200)); err != nil {
		return err
	}
	if n.fileSync {
		err = f.Sync()
	}
	if err != nil || f.Close() != nil || fs.Rename(tmp, name) != nil {
		return fmt.Errorf("add %s: %w", name, err)
	}
	if !n.dirSync {
		return nil
	}
	dir, err := fs.Open("/")
	if err != nil {
		return err
	}
	return dir.Sync()
}

func (n notes) Recoverer(int) (program.Recoverer, error) { return n, nil }
func (n notes) Observes() bool                           { return n.observes }
func (n notes) Close() error                             { return nil }

func (n notes) Recover(_ context.Context, img *faultfs.FS, acked []program.Ack) (program.Answer, error) {
	if n.refuses {
		return program.Answer{}, os.ErrNotExist
	}
	*n.recovered++
	if *n.recovered == n.stumbles {
		return program.Answer{Verdict: program.Wrong, Text: "it stumbled"}, nil
	}
	if n.mistaken && len(acked) > 0 {
		return program.Answer{Verdict: program.Wrong, Text: "the checker is mistaken"}, nil
	}
	for i := range n.count {
		name := fmt.Sprint("note", i)
		if text, err := afero.ReadFile(img, name); n.inPlace && err == nil && string(text) != strings.Repeat(name, 200) {
			return program.Answer{Verdict: program.Wrong, Text: name + " is damaged"}, nil
		}
	}
	for _, a := range acked {
		text, err := afero.ReadFile(img, a.Text)
		switch {
		case err != nil && n.hangs:
			text := fmt.Sprintf("it is not ready%s%s", program.PrintedLast, strings.Repeat("waiting ", *n.recovered))
			return program.Answer{Verdict: program.Hangs, Text: text}, nil
		case n.vague && (err != nil || string(text) != strings.Repeat(a.Text, 200)):
			return program.Answer{Verdict: program.Wrong, Text: a.Text + " is wrong"}, nil //nolint:nilerr // it is the answer
		case err != nil:
			return program.Answer{Verdict: program.Wrong, Text: a.Text + " is missing"}, nil //nolint:nilerr // it is the answer
		case string(text) != strings.Repeat(a.Text, 200):
			return program.Answer{Verdict: program.Wrong, Text: a.Text + " is damaged"}, nil
		}
		if n.rewrites {
			if err := afero.WriteFile(img, a.Text, text, 0o600); err != nil {
				return program.Answer{}, err
			}
		}
	}
	return program.Answer{}, nil
}

func torture(t *testing.T, n notes) *program.Result {
	t.Helper()
	if n.recovered == nil {
		n.recovered = new(int)
	}
	rec, err := n.Record(t.Context())
	require.NoError(t, err)
	result, err := program.Explore(t.Context(), rec, n, program.Options{})
	require.NoError(t, err)
	return result
}

func TestAFailureSeenOnceIsNotAFinding(t *testing.T) {
	t.Parallel()
	for _, observes := range []bool{false, true} {
		result := torture(t, notes{fileSync: true, dirSync: true, observes: observes, stumbles: 2})
		assert.Empty(t, result.Findings)
		assert.False(t, result.Passed)
		assert.Equal(t, []string{"it stumbled"}, result.Once)
		assert.Contains(t, result.Inconclusive, "never again with the same image: it stumbled")
	}
}

func TestEveryMissingSyncIsFoundAndNamed(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		store notes
		why   []string // a finding for each
	}{
		"nothing is missing": {notes{fileSync: true, dirSync: true}, nil},
		"the directory":      {notes{fileSync: true}, []string{`"note#" was acknowledged before the rename of tmp -> note# was durable, with no intervening sync of its directory`}},
		"the file":           {notes{dirSync: true}, []string{`"note#" was acknowledged before the write of tmp was durable, with no intervening sync of the file`}},
	} {
		for _, observes := range []bool{false, true} {
			t.Run(fmt.Sprint(name, observes), func(t *testing.T) {
				t.Parallel()
				row.store.observes = observes
				result := torture(t, row.store)
				assert.Equal(t, len(row.why) == 0, result.Passed, result.Inconclusive)
				assert.True(t, len(row.why) > 0 || result.Tally.Sampled == 0, "all images of a correct store are tried")
				var why []string
				for _, f := range result.Findings {
					require.NotNil(t, f.Explanation, f.Sentence)
					why = append(why, f.Explanation.Sentence)
					assert.Positive(t, f.Shown)
					assert.Equal(t, f.ShownOf, f.Shown)
					assert.NotEmpty(t, f.Calls)
					assert.Equal(t, "passes", f.Profiles["lose-none"])
				}
				require.Len(t, why, len(row.why))
				for i := range why {
					assert.Contains(t, strings.NewReplacer("0", "#", "1", "#", "2", "#").Replace(why[i]), row.why[i])
				}
			})
		}
	}
}

// Where everything pending is lost, the missing order is found on disks that have lost only some of it.
func TestAProfileThatLosesEverythingIsExplained(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		store notes
		why   string
	}{
		"the directory": {notes{fileSync: true}, `was acknowledged before the rename of tmp -> note`},
		"the file":      {notes{dirSync: true}, `was acknowledged before the write of tmp was durable, with no intervening sync of the file`},
	} {
		row.store.recovered = new(int)
		rec, err := row.store.Record(t.Context())
		require.NoError(t, err)
		result, err := program.Explore(t.Context(), rec, row.store, program.Options{Model: faultfs.Model{Profile: faultfs.LoseAll()}})
		require.NoError(t, err)
		require.NotEmpty(t, result.Findings, name)
		require.NotNil(t, result.Findings[0].Explanation, name)
		assert.Contains(t, result.Findings[0].Explanation.Sentence, row.why, name)
	}
}

func TestACheckerThatRejectsTheCompleteStoreIsSuspected(t *testing.T) {
	t.Parallel()
	const suspicion = "the complete store that the run left fails, too. Perhaps the checker is wrong"
	result := torture(t, notes{fileSync: true, dirSync: true, mistaken: true})
	require.Len(t, result.Findings, 1)
	assert.Contains(t, result.Findings[0].Explanation.Sentence, suspicion)
	result = torture(t, notes{dirSync: true})
	require.NotEmpty(t, result.Findings)
	assert.NotContains(t, result.Findings[0].Explanation.Sentence, suspicion)
}

func TestALineAcknowledgesWhatThePatternSelects(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ pattern, line, text string }{
		{"^stored", "stored key1", "stored key1"}, {"^stored (.*)", "stored key1", "key1"}, {".*", "", ""},
	} {
		text, ok := program.Acknowledged(regexp.MustCompile(row.pattern), row.line)
		assert.True(t, ok)
		assert.Equal(t, row.text, text)
	}
	_, ok := program.Acknowledged(regexp.MustCompile("^stored"), "not stored")
	assert.False(t, ok)
}

func TestHangsWithDifferentOutputAreOneFinding(t *testing.T) {
	t.Parallel()
	result := torture(t, notes{fileSync: true, hangs: true})
	require.Len(t, result.Findings, 1)
	assert.Equal(t, result.Findings[0].ShownOf, result.Findings[0].Shown)
	assert.NotNil(t, result.Findings[0].Explanation)
	assert.Contains(t, result.Findings[0].Sentence, "it is not ready; it printed last: waiting")
}

func TestExplainingStaysWithinItsTimeLimit(t *testing.T) {
	t.Parallel()
	n := notes{fileSync: true, recovered: new(int)}
	rec, err := n.Record(t.Context())
	require.NoError(t, err)
	result, err := program.Explore(t.Context(), rec, n, program.Options{Explaining: time.Nanosecond})
	require.NoError(t, err)
	require.NotEmpty(t, result.Findings, "what was found stays found")
	assert.Nil(t, result.Findings[0].Explanation)
	assert.Equal(t, "not tried", result.Findings[0].Profiles["btrfs"])
}

// A recovery that changes the store must itself survive a crash. The finding holds the disk that the second recovery found.
func TestAFailureAfterACrashDuringRecoveryIsFoundAndReplays(t *testing.T) {
	t.Parallel()
	for _, rewrites := range []bool{false, true} {
		n := notes{fileSync: true, dirSync: true, observes: true, rewrites: rewrites, recovered: new(int)}
		rec, err := n.Record(t.Context())
		require.NoError(t, err)
		result, err := program.Explore(t.Context(), rec, n, program.Options{Limits: program.Limits{Nested: 8}})
		require.NoError(t, err)
		require.Equal(t, !rewrites, result.Passed, "%+v", result)
		if !rewrites {
			continue
		}
		require.Positive(t, result.Tally.Nested)
		f := result.Findings[0]
		require.Contains(t, f.Sentence, "after a crash during the recovery: note")
		require.NotNil(t, f.Nested)
		require.NotEmpty(t, f.Nested.Calls)
		require.NotNil(t, f.Explanation)
		t.Log(f.Explanation.Sentence)
		require.Contains(t, f.Explanation.Sentence, "in the recovery that was cut, ")
		require.Contains(t, f.Explanation.Sentence, "note", "it names what the recovery did")
		require.Equal(t, f.ShownOf, f.Shown)
		img, err := f.Image(rec)
		require.NoError(t, err)
		a, err := n.Recover(t.Context(), img, rec.Acked(f.Tick))
		require.NoError(t, err)
		require.True(t, f.Alike(a), a.Text)
	}
}

func TestNothingPassesWithoutEvidence(t *testing.T) {
	t.Parallel()
	result := torture(t, notes{fileSync: true, dirSync: true, silent: true})
	assert.False(t, result.Passed)
	assert.Contains(t, result.Inconclusive, "acknowledged nothing")
}

func TestAProgramThatFailsAtOnceIsReported(t *testing.T) {
	t.Parallel()
	n := notes{fileSync: true, dirSync: true, silent: true, recovered: new(int)}
	rec, err := n.Record(t.Context())
	require.NoError(t, err)
	rec.Ended = "ended with exit code 2: no such option"
	result, err := program.Explore(t.Context(), rec, n, program.Options{})
	require.NoError(t, err)
	assert.False(t, result.Passed)
	assert.Equal(t, "the program failed before it acknowledged anything: it ended with exit code 2: no such option", result.Inconclusive)
}

func TestAFaultThatNeverFiresIsNotAPass(t *testing.T) {
	t.Parallel()
	rule, err := faultfs.ParseRule("eio write nth=1000")
	require.NoError(t, err)
	n := notes{fileSync: true, dirSync: true, recovered: new(int), rules: []*faultfs.Rule{rule}}
	result := torture(t, n)
	assert.False(t, result.Passed)
	assert.Contains(t, result.Inconclusive, "a fault hit nothing: eio write nth=1000")
}

func TestImagesAreRecoveredWhetherObservedOrReadWhole(t *testing.T) {
	t.Parallel()
	var all, observed int
	torture(t, notes{fileSync: true, dirSync: true, recovered: &all})
	torture(t, notes{fileSync: true, dirSync: true, observes: true, recovered: &observed})
	assert.Positive(t, all)
	assert.Positive(t, observed)
}

func TestACheckerThatCannotBeRunEndsTheSearch(t *testing.T) {
	t.Parallel()
	n := notes{fileSync: true, dirSync: true, refuses: true, recovered: new(int)}
	rec, err := n.Record(t.Context())
	require.NoError(t, err)
	result, err := program.Explore(t.Context(), rec, n, program.Options{Limits: program.Limits{Workers: 2}})
	require.ErrorIs(t, err, os.ErrNotExist)
	assert.False(t, result.Passed)
}

// A program that fails nearly everywhere is tried at every crash point, but not thousands of times.
func TestASearchWithManyFailuresRecoversFewImagesPerPoint(t *testing.T) {
	t.Parallel()
	for _, observes := range []bool{true, false} {
		var recovered int
		r := torture(t, notes{observes: observes, recovered: &recovered, count: 12})
		require.NotEmpty(t, r.Findings)
		assert.Equal(t, 36, r.Tally.Points, "of 12 notes, each of which is created, written and renamed")
		assert.Less(t, r.Tally.Failed, 256+256+8*36)
		assert.Less(t, recovered, 1500)
		assert.Greater(t, r.Tally.Sampled, 12, "nothing more is claimed of the others")
	}
}

func TestAProgramThatFailsForLackOfADiskFeatureHasNoVerdict(t *testing.T) {
	t.Parallel()
	r := program.Result{
		Ops: 10, Acks: 1, Ended: "ended with exit code 3", Refused: []string{"to exchange two names"},
		Tally: program.Tally{Images: 5, AfterAcks: 5, AtStake: 1},
	}
	r.Conclude()
	require.False(t, r.Passed)
	require.Equal(t, "the program asked for to exchange two names; then it ended with exit code 3", r.Inconclusive)
	r.Ended, r.Inconclusive = "", ""
	r.Conclude()
	require.True(t, r.Passed, "a program can fall back on something else")
}

// A sync of the whole disk makes everything durable, and syncs nothing that has not changed since.
func TestSyncAllSyncsWhatWasChanged(t *testing.T) {
	t.Parallel()
	tape := program.NewTape()
	write := func(name, text string) {
		f, err := tape.FS.Create(name)
		require.NoError(t, err)
		_, err = f.WriteString(text)
		require.NoError(t, errors.Join(err, f.Close()))
	}
	syncs := func() (synced []faultfs.Ino) {
		before := len(tape.FS.Trace())
		require.NoError(t, tape.SyncAll())
		for _, op := range tape.FS.Trace()[before:] {
			require.Equal(t, faultfs.OpSync, op.Kind)
			synced = append(synced, op.Ino)
		}
		return synced
	}
	const root, d, a, b = 1, 2, 3, 4
	require.NoError(t, tape.FS.Mkdir("d", 0o777))
	write("d/a", "one")
	write("b", "two")
	require.Equal(t, []faultfs.Ino{a, b, root, d}, syncs())
	point := faultfs.NewTimeline(tape.FS, faultfs.Model{}, 0).Advance(tape.FS.Now())
	require.Zero(t, point.Pending())
	require.Empty(t, syncs())
	require.NoError(t, tape.FS.Rename("b", "d/b"))
	require.Equal(t, []faultfs.Ino{root, d}, syncs())
	tape.FS.SetRules(&faultfs.Rule{Effect: faultfs.EIO, Op: faultfs.OpSync})
	write("d/a", "more")
	require.ErrorIs(t, tape.SyncAll(), syscall.EIO)
	tape.FS.SetRules()
	require.Equal(t, []faultfs.Ino{a}, syncs())
}
