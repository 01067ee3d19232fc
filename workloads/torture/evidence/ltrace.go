package evidence

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/internal/jsonlimit"
	"github.com/lightningdb/lightning-torture/workloads/torture/decide"
	"github.com/lightningdb/lightning-torture/workloads/torture/explore"
	"github.com/lightningdb/lightning-torture/workloads/torture/plan"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
	"github.com/lightningdb/lightning-torture/workloads/torture/stack"
)

// Ext is the extension of the file of a saved finding, which is gzipped JSON.
const Ext = ".ltrace"

// Evidence is a finding with the concrete operations and decisions that led to it. It replays whatever the generators
// of later versions do, because nothing in it is generated again.
type Evidence struct {
	Version int                  `json:"version"` // 1
	Engine  string               `json:"engine"`
	Spec    plan.Spec            `json:"spec"`
	Script  *workloads.Script    `json:"script,omitempty"` // the script of the run; nil in files of older versions, where the spec determines it
	Rules   []string             `json:"rules,omitempty"`
	Finding Finding              `json:"finding"`
	Trace   []faultfs.Op         `json:"trace"`
	History []history.Op         `json:"history"`
	Picks   []explore.Answer     `json:"picks,omitempty"`
	Leaf    int                  `json:"leaf"`
	Nested  *explore.NestedImage `json:"nested,omitempty"`
	Rot     *faultfs.Damage      `json:"rot,omitempty"`
	// Closed says that the run ended with a Close that returned nil. It is missing in files of older versions.
	Closed bool `json:"closed,omitempty"`
	// RecoveryFault is the number of the fault injected into the recovery; 0: none.
	RecoveryFault uint64 `json:"recovery_fault,omitempty"`
	// Beforehand says that Picks belong to an image that was decided before recovery looked. It is never set in files
	// of older versions.
	Beforehand bool `json:"beforehand,omitempty"`
	// Distinct says that Picks contain no question about bytes that are the same either way. In files of older
	// versions they contain all questions.
	Distinct bool `json:"distinct,omitempty"`
	// Background says that the engine changed the disk from goroutines of its own, so that the script alone does not
	// repeat the run. It is never set in files of older versions.
	Background bool `json:"background,omitempty"`
	// Recovered is what the store showed after the crash, if that is what is wrong. It may be empty.
	Recovered *[]history.Write `json:"recovered,omitempty"`
}

// New returns the evidence of a failure of a recorded run.
func New(engine string, r *record.Recording, f *explore.Failure, finding Finding) *Evidence {
	v := &Evidence{
		Version: 1, Engine: engine, Spec: r.Plan.Spec, Script: &r.Plan.Script, Rules: r.Plan.RuleTexts(), Finding: finding,
		Trace: r.Trace, History: r.History, Picks: f.Picks, Leaf: f.Leaf, Nested: f.Nested, Rot: f.Damage,
		Closed: r.Closed, Beforehand: f.Way == decide.Beforehand, Distinct: f.Way == decide.Distinct,
		Background: slices.ContainsFunc(r.Trace, func(op faultfs.Op) bool { return op.Changes() && stack.Background(op.PCs) }),
	}
	if f.RecoveryFault != nil {
		v.RecoveryFault = f.RecoveryFault.Number
	}
	if f.Recovered != nil {
		pairs := []history.Write{}
		for key, value := range f.Recovered.All() {
			pairs = append(pairs, history.Write{Key: key, Value: value})
		}
		v.Recovered = &pairs
	}
	return v
}

// Way returns how the image was decided.
func (v *Evidence) Way() decide.Way {
	switch {
	case v.Beforehand:
		return decide.Beforehand
	case v.Distinct:
		return decide.Distinct
	}
	return decide.OnDemand
}

// Save writes the evidence to a file, completely or not at all. It returns ErrTooLarge if Load would refuse the file.
func (v *Evidence) Save(file string) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("%w: saving a finding: %w", ErrHost, err)
		}
	}()
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	return hostdisk.WriteFile(file, 0o600, func(w io.Writer) error {
		z := gzip.NewWriter(w)
		err := json.NewEncoder(io.MultiWriter(jsonlimit.NewMeter(contentLimits), z)).Encode(v)
		if errors.Is(err, jsonlimit.ErrLimit) {
			err = errors.Join(ErrTooLarge, err)
		}
		return errors.Join(err, z.Close())
	})
}

// Recording rebuilds the run from its evidence.
func (v *Evidence) Recording() (*record.Recording, error) {
	p, err := plan.Resolve(v.Spec)
	if err != nil {
		return nil, err
	}
	rules, err := plan.ParseRules(v.Rules)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadToken, err)
	}
	if p.Fault.Rot && len(rules) == 0 {
		return nil, fmt.Errorf("%w: fault %q lacks a rule that says what rots", ErrBadToken, p.Fault.Name)
	}
	return &record.Recording{Plan: p.WithScript(v.Script, rules), Trace: v.Trace, History: v.History, Closed: v.Closed}, nil
}
