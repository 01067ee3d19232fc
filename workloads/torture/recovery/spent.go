package recovery

import "time"

// Spent says where the time of an exploration went.
type Spent struct {
	Making            time.Duration // making crash points and images
	Open, Read, Close time.Duration // in the engine
	Write             time.Duration // in the engine, in second lives
	Total             time.Duration // all of it; what is not in the fields above is judging, searching and bookkeeping
}

// Engine is the time spent in the engine.
func (s *Spent) Engine() time.Duration { return s.Open + s.Read + s.Close + s.Write }

// Add adds other times to s.
func (s *Spent) Add(o Spent) {
	s.Making += o.Making
	s.Open += o.Open
	s.Read += o.Read
	s.Close += o.Close
	s.Write += o.Write
	s.Total += o.Total
}
