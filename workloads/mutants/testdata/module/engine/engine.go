// Package engine is a store of a single number, for the tests of the mutant runner.
package engine

// Store keeps a sum.
type Store struct{ sum, calls int }

// Add adds n to the sum.
func (s *Store) Add(n int) {
	s.calls++
	s.sum += n
}

// Sub subtracts n from the sum.
func (s *Store) Sub(n int) {
	s.calls++
	s.sum -= n
}

// Sum returns the sum.
func (s *Store) Sum() int { return s.sum }
