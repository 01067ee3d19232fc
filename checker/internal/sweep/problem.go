package sweep

import (
	"cmp"
	"errors"
	"math"
	"slices"
)

// Never is the return of an operation that was not answered. It takes effect at any time after its call, or never.
const Never = math.MaxInt64

// Step is an operation.
type Step struct {
	Call, Return int64
	// Wants are the values that the operation requires the key to hold, and Avoids those that it requires the key not to hold.
	Wants, Avoids []int32
	// Writes is true if the operation assigns Value to the key.
	Writes bool
	Value  int32
}

// Problem is the history of one key.
type Problem struct {
	Start int32  // what the key holds at first
	Steps []Step // in order of call
	// Apply returns what a key that holds a value holds after a step, or false if the step cannot take effect then. A step that
	// was not answered and cannot take effect changes nothing.
	Apply func(held int32, step int) (ok bool, after int32)
	// Spend counts an attempt to place a step. It returns the reason why the search must end, or nil.
	Spend func() error
}

// Stuck is why there is no order.
type Stuck struct {
	Step  int   // the step that has no place
	Order []int // the steps of an order that works until Step returns
}

// ErrCrowded is returned for more operations at once than the package can handle, not counting unanswered ones.
var ErrCrowded = errors.New("more than 64 answered operations ran at once")

// Search returns nil if the steps have an order. The error is ErrCrowded or that of Spend; without one the answer is exact.
func (p *Problem) Search() (*Stuck, error) {
	s := newSearch(p)
	returns := p.byReturn()
	for i := range p.Steps {
		for len(returns) > 0 && p.Steps[returns[0]].Return < p.Steps[i].Call {
			if stuck, err := s.returned(returns[0]); stuck != nil || err != nil {
				return stuck, err
			}
			returns = returns[1:]
		}
		if err := s.called(i); err != nil {
			return nil, err
		}
	}
	for _, x := range returns {
		if stuck, err := s.returned(x); stuck != nil || err != nil {
			return stuck, err
		}
	}
	return nil, nil
}

// byReturn returns the steps that were answered, in order of their answers.
func (p *Problem) byReturn() (order []int) {
	for i := range p.Steps {
		if p.Steps[i].Return != Never {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p.Steps[a].Return, p.Steps[b].Return) })
	return order
}
