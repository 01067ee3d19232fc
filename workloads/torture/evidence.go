package torture

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
)

// evidenceExt is the ending of the file of a saved finding: gzipped JSON.
const evidenceExt = ".ltrace"

// evidence is a finding with the concrete operations and decisions that led to it. It replays whatever the generators
// of a later version do, because nothing of it is generated again.
type evidence struct {
	Version int               `json:"version"` // 1
	Engine  string            `json:"engine"`
	Spec    spec              `json:"spec"`
	Script  *workloads.Script `json:"script,omitempty"` // of the run; nil in files of older versions: the spec's
	Rules   []string          `json:"rules,omitempty"`
	Finding Finding           `json:"finding"`
	Trace   []faultfs.Op      `json:"trace"`
	History []history.Op      `json:"history"`
	Picks   []choice          `json:"picks,omitempty"`
	Leaf    int               `json:"leaf"`
	Nested  *nestedWay        `json:"nested,omitempty"`
	Rot     *faultfs.Damage   `json:"rot,omitempty"`
	// Recovered is what the store showed after the crash, where that is what is wrong. It may be empty.
	Recovered *[]history.Write `json:"recovered,omitempty"`
}

func newEvidence(e *exploration, engine string, f failure) *evidence {
	v := &evidence{
		Version: 1, Engine: engine, Spec: e.plan.spec, Script: &e.plan.script, Trace: e.trace, History: e.history, Picks: f.picks, Leaf: f.leaf,
		Nested: f.nested, Rot: f.rot, Rules: e.plan.ruleTexts(),
	}
	if f.recovered != nil {
		pairs := []history.Write{}
		for key, value := range f.recovered.All() {
			pairs = append(pairs, history.Write{Key: key, Value: value})
		}
		v.Recovered = &pairs
	}
	return v
}

// save writes the evidence to a file, whole or not at all.
func (v *evidence) save(file string) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("%w: saving a finding: %w", ErrHost, err)
		}
	}()
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), "saving-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	z := gzip.NewWriter(f)
	if err := errors.Join(json.NewEncoder(z).Encode(v), z.Close(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}

// loadEvidence reads what save wrote.
func loadEvidence(file string) (*evidence, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadToken, err)
	}
	defer f.Close() //nolint:errcheck // only read
	bad := func(err error) error {
		return fmt.Errorf("%w: %s is not a saved finding: %w", ErrBadToken, file, err)
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, bad(err)
	}
	v := &evidence{}
	if err := json.NewDecoder(z).Decode(v); err != nil {
		return nil, bad(err)
	}
	if v.Version != 1 {
		return nil, bad(fmt.Errorf("version %d; this build reads version 1", v.Version))
	}
	return v, nil
}

// recording rebuilds the run that the evidence is of.
func (v *evidence) recording() (*recording, error) {
	p, err := resolve(v.Spec)
	if err != nil {
		return nil, err
	}
	if v.Script != nil {
		p.script, p.allSynced = *v.Script, allSynced(v.Script)
	}
	p.rules = nil
	for _, text := range v.Rules {
		r, err := faultfs.ParseRule(text)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBadToken, err)
		}
		p.rules = append(p.rules, r)
	}
	return &recording{plan: p, trace: v.Trace, history: v.History}, nil
}
