package recovery

import "time"

// Spent is where the time of exploring went.
type Spent struct {
	Making            time.Duration // crash points and images
	Open, Read, Close time.Duration // the engine's
	Write             time.Duration // the engine's, in second lives
	Total             time.Duration // the rest of it is judging, searching and book-keeping
}

// Engine is the time spent in the engine.
func (s *Spent) Engine() time.Duration { return s.Open + s.Read + s.Close + s.Write }

// Add adds up times.
func (s *Spent) Add(o Spent) {
	s.Making += o.Making
	s.Open += o.Open
	s.Read += o.Read
	s.Close += o.Close
	s.Write += o.Write
	s.Total += o.Total
}
