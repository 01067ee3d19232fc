package finding

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/cluster"
	"github.com/lightningdb/lightning-torture/workloads/torture/seal"
)

// TokenPrefix begins every token. It contains the version of the format and of the runs: another version makes different
// runs from the same seed.
const TokenPrefix = "CT1-"

// ErrBadToken is returned for a text that is not a token of this version, or asks for a run beyond the limits.
var ErrBadToken = errors.New("finding: bad token")

// The limits of a run that a token may ask for.
const (
	MaxTokenBytes = 64 << 10
	MaxSteps      = 10_000_000
	MaxNodes      = 15 // and clients
	maxNodeID     = 1 << 20
	maxEvents     = MaxTokenBytes // every event takes more than a byte
)

// Token packs a run: its seed and size, what it shows, and its events.
func Token(s *cluster.Spec) string {
	var w seal.Writer
	w.Uint16(hash(s.Profile.Name))
	w.Uint16(hash(string(s.Wanted)))
	w.Number(s.Seed)
	w.Size(s.Steps, s.Nodes, s.Clients, len(s.Events))
	step := 0
	for _, e := range s.Events {
		w.Number(uint64(e.Step-step), uint64(e.Kind), e.Node, e.To, uint64(e.N))
		step = e.Step
	}
	w.Size(len(s.Skip))
	step = 0
	for _, r := range s.Skip {
		w.Size(r.From-step, r.To-r.From)
		step = r.To
	}
	return TokenPrefix + w.Seal()
}

func hash(name string) uint16 {
	h := fnv.New32a()
	fmt.Fprint(h, name)
	return uint16(h.Sum32())
}

// ParseToken unpacks a token. The error is ErrBadToken.
func ParseToken(token string) (cluster.Spec, error) {
	token = strings.TrimSpace(token)
	bad := func(why string) (cluster.Spec, error) {
		return cluster.Spec{}, fmt.Errorf("%w: %s", ErrBadToken, why)
	}
	switch {
	case len(token) > MaxTokenBytes:
		return bad(fmt.Sprintf("it has %d bytes; the limit is %d", len(token), MaxTokenBytes))
	case !strings.HasPrefix(strings.ToUpper(token), TokenPrefix):
		return bad("it does not begin with " + TokenPrefix)
	}
	body, err := seal.Open(token[len(TokenPrefix):])
	if err != nil {
		return bad(err.Error())
	}
	r := &reader{seal.NewReader(body)}
	s, why := r.spec()
	if why != "" {
		return bad(why)
	}
	return s, nil
}

// reader reads a token.
type reader struct{ seal.Reader }

func (r *reader) spec() (s cluster.Spec, why string) {
	profile, class := r.Uint16(), r.Uint16()
	s.Seed = r.Number()
	s.Steps, s.Nodes, s.Clients = r.Size(), r.Size(), r.Size()
	events := r.Size()
	for _, p := range faultfs.Profiles() {
		if hash(p.Name) == profile {
			s.Profile = p
		}
	}
	for _, c := range cluster.Classes() {
		if hash(string(c)) == class {
			s.Wanted = c
		}
	}
	switch {
	case r.Short():
		return s, seal.ErrDamaged.Error()
	case s.Profile.Name == "" || s.Wanted == "":
		return s, "it names a profile or a promise that this version does not know"
	case s.Steps < 1 || s.Steps > MaxSteps || s.Nodes < 1 || s.Nodes > MaxNodes || s.Clients < 1 || s.Clients > MaxNodes:
		return s, fmt.Sprintf("it asks for %d steps of %d nodes and %d clients; the limits are %d and %d", s.Steps, s.Nodes, s.Clients, MaxSteps, MaxNodes)
	case events > maxEvents:
		return s, fmt.Sprintf("it lists %d events; the limit is %d", events, maxEvents)
	}
	return s, r.events(&s, events)
}

// events reads the events of a run, which must be sorted.
func (r *reader) events(s *cluster.Spec, n int) (why string) {
	s.Events = []cluster.Event{}
	last := cluster.Event{}
	for i := range n {
		e := cluster.Event{Step: last.Step + r.Size(), Kind: cluster.Kind(min(r.Number(), math.MaxUint8)), Node: r.Number(), To: r.Number(), N: r.Size()}
		switch {
		case r.Short():
			return seal.ErrDamaged.Error()
		case !e.Kind.Known() || e.Step > s.Steps || e.Node > maxNodeID || e.To > maxNodeID || i > 0 && last.Compare(e) >= 0:
			return fmt.Sprintf("its event %d is out of order, or impossible in such a run", i+1)
		}
		s.Events, last = append(s.Events, e), e
	}
	return r.skips(s)
}

// skips reads the steps that are left out.
func (r *reader) skips(s *cluster.Spec) (why string) {
	step := 0
	for n := r.Size(); n > 0 && !r.Short(); n-- {
		from := step + r.Size()
		to := from + r.Size()
		if from < 1 || to <= from || to > s.Steps+1 {
			return "it leaves out steps that it does not have"
		}
		s.Skip, step = append(s.Skip, cluster.Range{From: from, To: to}), to
	}
	switch {
	case r.Short():
		return seal.ErrDamaged.Error()
	case r.Left() > 0:
		return "there is text after its end; copy it again"
	}
	return ""
}
