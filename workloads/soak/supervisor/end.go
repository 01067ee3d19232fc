package supervisor

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
	"github.com/lightningdb/lightning-torture/workloads/torture/apart"
)

// Why is the reason why a child ended.
type Why uint8

// The reasons.
const (
	Finished Why = iota // it has done its job
	Canceled            // the context was done
	Memory              // it exceeded its memory limit
	Stuck               // it made no progress
	ByEngine            // the engine killed the process
	ByOthers            // a signal from outside killed it, perhaps because the machine was out of memory
	Failed              // the lab failed, or Handle returned an error; see Err
)

// End is how a child ended.
type End struct {
	Why      Why
	Sentence string       // what happened, unless Why is Finished or Canceled
	Death    *apart.Death // what is known of the death of the process; may be nil
	Err      error        // set if Why is Failed
}

// Token returns the token of what the child was doing when it ended, or "" if that has none.
func (e *End) Token() string {
	if e.Death == nil || len(e.Death.Tokens) == 0 {
		return ""
	}
	return e.Death.Tokens[0]
}

// Sighting returns the finding for a child that the supervisor had to kill, or nil for other ends. Processes killed by the engine
// have a different finding (torture.AfterDeath).
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

// Signature returns the ID of a finding that does not come from a judge of the lab. Equal words give equal IDs.
func Signature(words ...string) string {
	h := sha256.New()
	for _, w := range words {
		fmt.Fprintln(h, w)
	}
	return hex.EncodeToString(h.Sum(nil)[:5])
}
