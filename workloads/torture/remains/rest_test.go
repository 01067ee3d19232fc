package remains_test

import (
	"errors"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/internal/toy"
	"github.com/lightningdb/lightning-torture/workloads/torture/remains"
)

// resting is a store that says whether it is at rest.
type resting struct {
	workloads.Store
	rested func() error
}

func (r resting) Rested() error { return r.rested() }

var errUndone = errors.New("a file is to be removed")

func TestAStoreMustComeToRest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		calls int // after which it is at rest; negative: never
		works bool
		want  string // empty: nothing is wrong
	}{
		{"it is at rest", 0, false, ""},
		{"it works for a while", 1000, true, ""},
		{"it stops although something is left to do", -1, false, "^no one uses the store, and it does nothing, although something is left to do: a file is to be removed$"},
		{"it never ends", -1, true, `^no one uses the store, and after 20\d{4} calls of the disk it is not done: a file is to be removed$`},
	} {
		fs := faultfs.New(faultfs.Options{})
		require.NoError(t, fs.Mkdir("d", 0o755))
		left, looks := c.calls, 0
		wrong := remains.Rest(resting{rested: func() error {
			if left == 0 {
				return nil
			}
			left--
			if !c.works {
				return errUndone
			}
			return errors.Join(errUndone, afero.WriteFile(fs, "d/f", []byte("x"), 0o644))
		}}, fs, func() { looks++ })
		assert.Positive(t, looks, c.name)
		if c.want == "" {
			assert.Empty(t, wrong, c.name)
			continue
		}
		require.Len(t, wrong, 1, c.name)
		assert.Equal(t, remains.Unrest, wrong[0].Class, c.name)
		assert.Regexp(t, c.want, wrong[0].Sentence, c.name)
	}
	assert.Empty(t, remains.Rest(struct{ workloads.Store }{}, nil, nil), "it cannot tell")
}

// A store that does not come to rest between two rounds is not examined any further.
func TestExamineLetsTheStoreRest(t *testing.T) {
	t.Parallel()
	for open := range 2 {
		target, opened := toy.Target(toy.Correct), 0
		target.Open = func(env contract.Env) (workloads.Store, error) {
			s, err := toy.Open(env, toy.Correct)
			opened++
			restless := opened > open // the first session, or the second one
			return resting{s, func() error {
				if restless {
					return errUndone
				}
				return nil
			}}, err
		}
		wrong, err := examine(target)
		require.NoError(t, err)
		require.Len(t, wrong, 1)
		assert.Contains(t, wrong[0], "remains: unrest, no one uses the store, and it does nothing")
	}
}
