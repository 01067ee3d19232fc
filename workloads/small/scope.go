package small

// Scope says how much of the small scope was explored.
type Scope struct {
	Steps   int    `json:"steps"`          // maximum number of steps in a script
	Scripts uint64 `json:"scripts"`        // number of scripts with up to that many steps
	First   uint64 `json:"first"`          // number of the first explored script
	Next    uint64 `json:"next"`           // number of the first unexplored script; Scripts+1 if there is none
	Left    int    `json:"left,omitempty"` // scripts that the target cannot run, for example because it has no transactions
	// Open is the number of crash points of which not every image, or not every crash of every recovery, was explored.
	Open int `json:"open"`
}

// Done reports whether no script is left.
func (s *Scope) Done() bool { return s.Next > s.Scripts }

// Proved reports whether every script was explored completely.
func (s *Scope) Proved() bool { return s.First == 1 && s.Done() && s.Open == 0 }
