package evidence

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/seal"
)

// TokenPrefix begins every token. It carries the version of the token format and of the script generators. A token of
// another version cannot be replayed, but the saved evidence of its finding can.
const TokenPrefix = "LT2-"

var anyPrefix = regexp.MustCompile(`^LT[0-9]+-`)

// IsToken reports whether a text looks like a token. of is the prefix of its version.
func IsToken(text string) (of string, ok bool) {
	of = anyPrefix.FindString(strings.ToUpper(strings.TrimSpace(text)))
	return of, of != ""
}

// MaxTokenBytes is the maximum length of a token. Tokens are typed or pasted, and even one that lists every step that
// shrinking has left of a large run is shorter.
const MaxTokenBytes = 64 << 10

// Place is the place of a failure within a run.
type Place struct {
	Tick   uint64 // the tick of the crash; 0: no crash
	Nested uint64 // the tick of the crash of the recovery; 0: none
	// Shown of ShownOf further recoveries of the same image showed the failure. A token carries them only if they
	// differ.
	Shown, ShownOf int
	// Crashes is the number of crashes in a row, the first at Tick, after which it failed; 0: it does not take many.
	Crashes int
	// RecoveryFault is the number of the fault injected into the recovery; 0: none.
	RecoveryFault uint64
	// Beforehand says that images are decided before recovery looks, because the target's recoveries vary in what they
	// read.
	Beforehand bool
}

// A token ends with optional parts: each is one of these numbers, followed by its content.
const (
	partDevice        = iota + 1 // its text
	partKeep                     // see tokenWriter.keep
	partShown                    // Place.Shown and ShownOf
	partRecoveryFault            // its number
	partLimits                   // see tokenWriter.limits
	partCrashes                  // Place.Crashes
	partBeforehand               // no content: present if Place.Beforehand
	partLargest                  // the largest key, value and batch
)

// Token packs what is needed to repeat a run and to find the crash point, in Crockford's base 32.
func Token(engine string, s plan.Spec, at Place) string {
	w := &tokenWriter{}
	for _, name := range []string{engine, s.Workload, s.Profile, s.Scenario} {
		w.hash(name)
	}
	if known := nameIn(plan.Faults(), nameHash(s.Fault)) == s.Fault; known {
		w.number(0)
		w.hash(s.Fault)
	} else {
		w.text(s.Fault)
	}
	w.number(s.Seed)
	w.size(s.Size.Clients, s.Size.Ops, s.Size.Keys, s.Size.ValueBytes)
	w.number(at.Tick, at.Nested)
	w.parts(&s, &at)
	return TokenPrefix + seal.Text(w.b)
}

// parts writes the optional parts.
func (w *tokenWriter) parts(s *plan.Spec, at *Place) {
	if s.Device != "" {
		w.number(partDevice)
		w.text(s.Device)
	}
	if s.Keep != nil {
		w.number(partKeep)
		w.keep(s.Keep)
	}
	if at.Shown != at.ShownOf {
		w.number(partShown)
		w.size(at.Shown, at.ShownOf)
	}
	if at.RecoveryFault != 0 {
		w.number(partRecoveryFault, at.RecoveryFault)
	}
	if len(s.Limits) > 0 {
		w.number(partLimits)
		w.limits(s.Limits)
	}
	if at.Crashes != 0 {
		w.number(partCrashes)
		w.size(at.Crashes)
	}
	if at.Beforehand {
		w.number(partBeforehand)
	}
	if l := s.Size.Largest; l != (workloads.Largest{}) {
		w.number(partLargest)
		w.size(l.KeyBytes, l.ValueBytes, l.BatchBytes)
	}
}

// DecodeToken unpacks a token; targets and the catalog of plan turn hashes back into names. It returns ErrBadToken for
// a token that is damaged, of another version or engine, or asks for a run beyond the limits of package plan.
func DecodeToken(token string, targets []contract.Target) (contract.Target, plan.Spec, Place, error) {
	bad := func(why string) (contract.Target, plan.Spec, Place, error) {
		return contract.Target{}, plan.Spec{}, Place{}, fmt.Errorf("%w %q: %s", ErrBadToken, shortened(token), why)
	}
	body, why := unsealed(token)
	if why != "" {
		return bad(why)
	}
	r := &tokenReader{b: body}
	engine := r.hash()
	s := plan.Spec{Workload: nameIn(append(plan.Workloads(), plan.Scenarios()...), r.hash()), Profile: nameIn(plan.Profiles(), r.hash())}
	s.Scenario = nameIn(plan.Scenarios(), r.hash())
	if n := r.number(); n == 0 {
		s.Fault = nameIn(plan.Faults(), r.hash())
	} else {
		s.Fault = r.text(n)
	}
	s.Seed = r.number()
	s.Size = workloads.Size{Clients: r.size(), Ops: r.size(), Keys: r.size(), ValueBytes: r.size()}
	at := Place{Tick: r.number(), Nested: r.number()}
	limits, why := r.parts(&s, &at)
	if why != "" {
		return bad(why)
	}
	if r.short {
		return bad("it is cut short; copy it again")
	}
	if err := errors.Join(s.Check(), plan.CheckNumber("how often the failure was looked for", at.ShownOf, plan.MaxCount)); err != nil {
		return bad(strings.TrimPrefix(err.Error(), plan.ErrConfig.Error()+": "))
	}
	for _, t := range targets {
		if nameHash(t.Name) == engine {
			known, err := named(limits, &t)
			if err != nil {
				return bad(err.Error())
			}
			s.Limits = known
			return t, s, at, nil
		}
	}
	return contract.Target{}, plan.Spec{}, Place{}, fmt.Errorf("%w: %q; this build has %s", ErrOtherTarget, shortened(token), namesOf(targets))
}

// namesOf lists the names of targets for an error text.
func namesOf(targets []contract.Target) string {
	names := make([]string, 0, len(targets))
	for i := range targets {
		names = append(names, targets[i].Name)
	}
	return strings.Join(names, ", ")
}

// unsealed returns the packed bytes of a token, or why it is not a token of this version.
func unsealed(token string) (body []byte, why string) {
	if len(token) > MaxTokenBytes {
		return nil, fmt.Sprintf("it has %d bytes; the limit is %d", len(token), MaxTokenBytes)
	}
	text := strings.ToUpper(strings.TrimSpace(token))
	switch version, ok := IsToken(text); {
	case !ok:
		return nil, "it does not begin with " + TokenPrefix
	case version != TokenPrefix:
		return nil, "it was printed by another version (" + version + "), which makes other runs of the same seed; replay the " +
			Ext + " file that was saved with the finding, or use that version"
	}
	body, err := seal.Open(text[len(TokenPrefix):])
	switch {
	case err != nil:
		return nil, err.Error()
	case len(body) < 13:
		return nil, seal.ErrDamaged.Error()
	}
	return body, ""
}

// parts reads the parts at the end of a token. It returns the limits among them, or why they cannot be read.
func (r *tokenReader) parts(spec *plan.Spec, at *Place) (limits []hashedLimit, why string) {
	for len(r.b) > 0 {
		switch part := r.number(); part {
		case partDevice:
			spec.Device = r.text(r.number())
		case partKeep:
			spec.Keep = r.keep()
		case partShown:
			at.Shown, at.ShownOf = r.size(), r.size()
		case partRecoveryFault:
			at.RecoveryFault = r.number()
		case partLimits:
			limits = r.limits()
		case partCrashes:
			at.Crashes = r.size()
		case partBeforehand:
			at.Beforehand = true
		case partLargest:
			spec.Size.Largest = workloads.Largest{KeyBytes: r.size(), ValueBytes: r.size(), BatchBytes: r.size()}
		default:
			return nil, fmt.Sprintf("it has a part of kind %d, which this version does not know", part)
		}
	}
	return limits, ""
}

// shortened returns the beginning of a token that is too long for an error text.
func shortened(token string) string {
	const most = 200
	if len(token) > most {
		return token[:most] + "..."
	}
	return token
}
