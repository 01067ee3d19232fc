package faultfs

// errseq remembers the latest failed write-back of a file, for the handles that have not heard of it. It counts as
// Linux does (since 4.13, lib/errseq.c): a handle that was open when write-back failed reports the error once, at its
// next sync; one opened later reports it if nobody has until then; closing a handle gives its claim up.
type errseq struct {
	n    int  // how many failures there were; who has not heard of some reports them as one
	seen bool // somebody has heard of the latest
}

// set notes a failure.
func (e *errseq) set() {
	e.n, e.seen = e.n+1, false
}

// sample returns what a handle opened now has heard of.
func (e *errseq) sample() int {
	if !e.seen {
		return 0
	}
	return e.n
}

// check reports whether a handle that has reported some has an error to report, which it has then heard of.
func (e *errseq) check(heard *int) bool {
	if *heard == e.n {
		return false
	}
	*heard, e.seen = e.n, true
	return true
}
