package supervisor

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
)

// Why is why a child ended.
type Why uint8

// The reasons.
const (
	Finished Why = iota // it has done its job
	Canceled            // the context was done
	Memory              // it used more memory than it may
	Stuck               // it did not get on
	ByEngine            // the engine ended the process
	ByOthers            // a signal from elsewhere, perhaps for want of memory
	Failed              // the lab could not work, or the supervisor did not like what it was told: see Err
)

// End is how a child ended.
type End struct {
	Why      Why
	Sentence string       // what has happened, unless Why is Finished or Canceled
	Death    *apart.Death // what is left of a child that did not come to its end; may be nil
	Err      error        // of Failed
}

// Token returns the token of what the child was doing when it ended; empty: it was doing nothing that has one.
func (e *End) Token() string {
	if e.Death == nil || len(e.Death.Tokens) == 0 {
		return ""
	}
	return e.Death.Tokens[0]
}

// Sighting returns the finding that the end of a child is, if it is one: a child that the supervisor had to end. The engine's own
// ends have a finding of their own (torture.AfterDeath).
func (e *End) Sighting(process, doing string) *ledger.Sighting {
	class := ""
	switch e.Why {
	case Memory:
		class = "memory"
	case Stuck:
		class = "stuck"
	case Finished, Canceled, ByEngine, ByOthers, Failed:
		return nil
	}
	return &ledger.Sighting{
		ID: Signature("process", class, process), Judge: "process", Class: class, Sentence: fmt.Sprintf("%s, in %s", e.Sentence, doing),
		Token: e.Token(), Count: 1,
	}
}

// Signature returns the ID of a finding that no judge of the lab has made: the same for the same words.
func Signature(words ...string) string {
	h := sha256.New()
	for _, w := range words {
		fmt.Fprintln(h, w)
	}
	return hex.EncodeToString(h.Sum(nil)[:5])
}
