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

// maxTokenBytes is the maximum length of a token. Tokens are typed or pasted, and even one that lists every step that
// shrinking has left of a large run is shorter.
const maxTokenBytes = 64 << 10

// Place is the place of a failure within a run.
type Place struct {
	Tick   uint64 // the tick of the crash; 0: no crash
	Nested uint64 // the tick of the crash of the recovery; 0: none
	// Shown of ShownOf further recoveries of the same image showed the failure. A token carries them only if they
	// differ.
	Shown, ShownOf int
	// Crashes is the number of crashes in a row, the first at Tick, after which it failed; 0: it is not a failure after
	// many crashes.
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
		w.Number(0)
		w.hash(s.Fault)
	} else {
		w.Text(s.Fault)
	}
	w.Number(s.Seed)
	w.Size(s.Size.Clients, s.Size.Ops, s.Size.Keys, s.Size.ValueBytes)
	w.Number(at.Tick, at.Nested)
	w.parts(&s, &at)
	return TokenPrefix + w.Seal()
}

// parts writes the optional parts.
func (w *tokenWriter) parts(s *plan.Spec, at *Place) {
	if s.Device != "" {
		w.Number(partDevice)
		w.Text(s.Device)
	}
	if s.Keep != nil {
		w.Number(partKeep)
		w.keep(s.Keep)
	}
	if at.Shown != at.ShownOf {
		w.Number(partShown)
		w.Size(at.Shown, at.ShownOf)
	}
	if at.RecoveryFault != 0 {
		w.Number(partRecoveryFault, at.RecoveryFault)
	}
	if len(s.Limits) > 0 {
		w.Number(partLimits)
		w.limits(s.Limits)
	}
	if at.Crashes != 0 {
		w.Number(partCrashes)
		w.Size(at.Crashes)
	}
	if at.Beforehand {
		w.Number(partBeforehand)
	}
	if l := s.Size.Largest; l != (workloads.Largest{}) {
		w.Number(partLargest)
		w.Size(l.KeyBytes, l.ValueBytes, l.BatchBytes)
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
	r := &tokenReader{seal.NewReader(body)}
	engine := r.Uint16()
	s := plan.Spec{Workload: nameIn(append(plan.Workloads(), plan.Scenarios()...), r.Uint16()), Profile: nameIn(plan.Profiles(), r.Uint16())}
	s.Scenario = nameIn(plan.Scenarios(), r.Uint16())
	if n := r.Number(); n == 0 {
		s.Fault = nameIn(plan.Faults(), r.Uint16())
	} else {
		s.Fault = r.Text(n)
	}
	s.Seed = r.Number()
	s.Size = workloads.Size{Clients: r.Size(), Ops: r.Size(), Keys: r.Size(), ValueBytes: r.Size()}
	at := Place{Tick: r.Number(), Nested: r.Number()}
	limits, why := r.parts(&s, &at)
	if why != "" {
		return bad(why)
	}
	if r.Short() {
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
	if len(token) > maxTokenBytes {
		return nil, fmt.Sprintf("it has %d bytes; the limit is %d", len(token), maxTokenBytes)
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
	for r.Left() > 0 {
		switch part := r.Number(); part {
		case partDevice:
			spec.Device = r.Text(r.Number())
		case partKeep:
			spec.Keep = r.keep()
		case partShown:
			at.Shown, at.ShownOf = r.Size(), r.Size()
		case partRecoveryFault:
			at.RecoveryFault = r.Number()
		case partLimits:
			limits = r.limits()
		case partCrashes:
			at.Crashes = r.Size()
		case partBeforehand:
			at.Beforehand = true
		case partLargest:
			spec.Size.Largest = workloads.Largest{KeyBytes: r.Size(), ValueBytes: r.Size(), BatchBytes: r.Size()}
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
