package sweep_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/checker/internal/sweep"
)

const absent = int32(0)

func apply(steps []sweep.Step) func(int32, int) (bool, int32) {
	return func(held int32, i int) (bool, int32) {
		s := &steps[i]
		ok := true
		for _, v := range s.Wants {
			ok = ok && held == v
		}
		for _, v := range s.Avoids {
			ok = ok && held != v
		}
		switch {
		case !ok:
			return s.Return == sweep.Never, held
		case s.Writes:
			return true, s.Value
		}
		return true, held
	}
}

// problem returns the problem of a history, and the number of attempts made for it.
func problem(steps []sweep.Step) (*sweep.Problem, *int) {
	tried := new(int)
	return &sweep.Problem{Steps: steps, Apply: apply(steps), Spend: func() error {
		if *tried++; *tried > 5_000_000 {
			return errors.New("too many attempts")
		}
		return nil
	}}, tried
}

// simulate lets clients read, write, exchange and delete a key. Some operations are not answered, and take effect late or never.
func simulate(rng *rand.Rand, count, clients int) (steps []sweep.Step) {
	held, now, next := absent, int64(0), absent
	running := map[int]int{} // by client
	effect := func(i int) {
		s := &steps[i]
		switch {
		case len(s.Wants) > 0 && held != s.Wants[0]:
			s.Wants, s.Avoids, s.Writes = nil, s.Wants, s.Return == sweep.Never // an unanswered exchange stays as it is: nobody learned that it failed
			if s.Writes {
				s.Wants, s.Avoids = s.Avoids, nil
			}
		case s.Writes:
			held = s.Value
		default:
			s.Wants = []int32{held}
		}
	}
	var late []int
	for len(steps) < count || len(running) > 0 {
		now++
		c := rng.IntN(clients)
		i, busy := running[c]
		switch {
		case !busy && len(steps) < count:
			s := sweep.Step{Call: now, Return: sweep.Never}
			switch rng.IntN(8) {
			case 0, 1:
				next++
				s.Writes, s.Value = true, next
			case 2:
				s.Writes, s.Value = true, absent
			case 3, 4:
				next++
				s.Wants, s.Writes, s.Value = []int32{held}, true, next
			}
			running[c] = len(steps)
			steps = append(steps, s)
		case busy && steps[i].Writes && rng.IntN(20) == 0:
			late = append(late, i)
			delete(running, c)
		case busy:
			steps[i].Return = now + 1 // so that effect knows that it is answered
			effect(i)
			now++
			delete(running, c)
		}
		if len(late) > 0 && rng.IntN(10) == 0 {
			effect(late[0])
			late = late[1:]
		}
	}
	return steps
}

func TestALongHistoryTakesFewAttempts(t *testing.T) {
	for seed := range uint64(3) {
		steps := simulate(rand.New(rand.NewPCG(seed, 1)), 20_000, 6)
		p, tried := problem(steps)
		stuck, err := p.Search()
		require.NoError(t, err)
		require.Nil(t, stuck, "seed %d", seed)
		assert.Less(t, *tried, 60*len(steps))
		t.Logf("%d attempts for %d operations", *tried, len(steps))
	}
}

func TestAStaleReadInALongHistoryIsFound(t *testing.T) {
	steps := simulate(rand.New(rand.NewPCG(1, 1)), 20_000, 6)
	old, at := absent, 0
	for i := range steps {
		switch s := &steps[i]; {
		case i > 10_000 && s.Return != sweep.Never && len(s.Wants) > 0 && !s.Writes && s.Wants[0] != old:
			at = i
		case i < 9_000 && s.Return != sweep.Never && len(s.Wants) > 0 && s.Wants[0] != absent:
			old = s.Wants[0]
		}
		if at > 0 {
			break
		}
	}
	steps[at].Wants = []int32{old}
	p, _ := problem(steps)
	stuck, err := p.Search()
	require.NoError(t, err)
	require.NotNil(t, stuck)
	assert.Equal(t, at, stuck.Step)
	held, can := absent, apply(steps)
	for _, i := range stuck.Order {
		ok, after := can(held, i)
		require.True(t, ok)
		held = after
	}
}

func TestASearchEnds(t *testing.T) {
	steps := []sweep.Step{{Call: 1, Return: 2, Writes: true, Value: 1}}
	enough := errors.New("enough")
	p := &sweep.Problem{Steps: steps, Apply: apply(steps), Spend: func() error { return enough }}
	_, err := p.Search()
	require.ErrorIs(t, err, enough)

	steps = make([]sweep.Step, 65)
	for i := range steps {
		steps[i] = sweep.Step{Call: 1, Return: 2, Writes: true, Value: 1}
	}
	p, _ = problem(steps)
	_, err = p.Search()
	require.ErrorIs(t, err, sweep.ErrCrowded)
}
