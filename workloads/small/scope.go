package small

// Scope is how far the small scope was explored.
type Scope struct {
	Steps   int    `json:"steps"`          // of a script, at most
	Scripts uint64 `json:"scripts"`        // that there are of them
	First   uint64 `json:"first"`          // number of the first that was explored
	Next    uint64 `json:"next"`           // number of the first that was not: Scripts+1 if there is none
	Left    int    `json:"left,omitempty"` // scripts that the target cannot run, as without transactions
	// Open counts crash points of which not every image, or not every crash of every recovery, was explored.
	Open int `json:"open"`
}

// Done reports whether there is no script left.
func (s *Scope) Done() bool { return s.Next > s.Scripts }

// Proved reports whether every script was explored, with nothing left out.
func (s *Scope) Proved() bool { return s.First == 1 && s.Done() && s.Open == 0 }
