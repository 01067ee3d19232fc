package faultfs

// errseq counts the failed write-backs of a file, for the handles that have not reported them. It works as in Linux (since
// 4.13, lib/errseq.c): a handle that was open when write-back failed reports the error once, at its next sync; one opened
// later reports it if nobody has by then; closing a handle discards its claim.
type errseq struct {
	n    int  // how many failures there were; a handle reports all that it has not reported as one
	seen bool // some handle has reported the latest
}

// set notes a failure.
func (e *errseq) set() {
	e.n, e.seen = e.n+1, false
}

// sample returns how many failures a handle that is opened now need not report.
func (e *errseq) sample() int {
	if !e.seen {
		return 0
	}
	return e.n
}

// check reports whether a handle has an error to report, given how many failures it has reported, and counts it as
// reported.
func (e *errseq) check(reported *int) bool {
	if *reported == e.n {
		return false
	}
	*reported, e.seen = e.n, true
	return true
}
