package calibrate

import (
	"strconv"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs/litmus"
)

// allowed returns the outcome of the model that matches an outcome of a real filesystem. Usually the two are identical.
// But stale bytes, which the model writes as "?", can be anything, even letters that the program writes.
func allowed(set litmus.Set, outcome string) (as string, ok bool) {
	if set.Has(outcome) {
		return outcome, true
	}
	for _, as := range set {
		if covers(as, outcome) {
			return as, true
		}
	}
	return "", false
}

// covers reports whether two outcomes differ only where the first has "?".
func covers(as, outcome string) bool {
	a, b := strings.Fields(as), strings.Fields(outcome)
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && !fileCovers(a[i], b[i]) {
			return false
		}
	}
	return true
}

// fileCovers compares two files, such as "/f=n512+?88" and "/f=n512+o88".
func fileCovers(as, outcome string) bool {
	aName, aContent, ok := strings.Cut(as, "=")
	bName, bContent, same := strings.Cut(outcome, "=")
	if !ok || !same || aName != bName {
		return false
	}
	a, b := expand(aContent), expand(bContent)
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != '?' && a[i] != b[i] {
			return false
		}
	}
	return true
}

// expand expands run lengths: "n2+.1" becomes "nn.".
func expand(runs string) string {
	var b strings.Builder
	for run := range strings.SplitSeq(runs, "+") {
		if run == "" {
			continue
		}
		n, err := strconv.Atoi(run[1:])
		if err != nil {
			return runs // not the content of a file
		}
		b.WriteString(strings.Repeat(run[:1], n))
	}
	return b.String()
}
