package faultfs

// errseq counts the failed write-backs of a file on behalf of the handles that have not reported them. It works as in
// Linux (since 4.13, lib/errseq.c): a handle that was open when write-back failed reports the error once, at its next
// sync; one opened later reports it if no one has by then; closing a handle discards its report.
type errseq struct {
	n    int  // number of failures; a handle reports all unreported ones as one
	seen bool // some handle has reported the latest one
}

// set records a failure.
func (e *errseq) set() {
	e.n, e.seen = e.n+1, false
}

// sample returns the number of failures that a handle opened now need not report.
func (e *errseq) sample() int {
	if !e.seen {
		return 0
	}
	return e.n
}

// check reports whether a handle still has an error to report, given the number of failures that it has reported, and
// updates that number.
func (e *errseq) check(reported *int) bool {
	if *reported == e.n {
		return false
	}
	*reported, e.seen = e.n, true
	return true
}
