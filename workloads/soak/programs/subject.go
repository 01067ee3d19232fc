package programs

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/lrec"
	"github.com/lightningdb/lightning-torture/workloads/program/wasm"
	"github.com/lightningdb/lightning-torture/workloads/soak/campaign"
	"github.com/lightningdb/lightning-torture/workloads/soak/distinct"
	"github.com/lightningdb/lightning-torture/workloads/soak/lap"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

// way runs a program and searches what a power cut may leave of it.
type way interface {
	// record runs the program and does nothing else.
	record(ctx context.Context, c *course) (*program.Recording, error)
	// search runs the program and searches its recording.
	search(ctx context.Context, c *course) (*searched, error)
}

// course says how the program runs and what is searched.
type course struct {
	seed            uint64
	rules           []string
	profile, device string
	options         program.Options // without the model
}

// searched is the outcome of a search.
type searched struct {
	spec   any // how the program ran and was judged, for a saved finding
	rec    *program.Recording
	result *program.Result
}

// seedVariable is the variable of the environment that tells a program the seed of its cell.
const seedVariable = "TORTURE_SEED="

// environment returns the environment of a run: those variables that have another meaning, and the seed.
func (c *course) environment(other []string) []string {
	env := slices.DeleteFunc(slices.Clone(other), func(v string) bool { return strings.HasPrefix(v, seedVariable) })
	return append(env, fmt.Sprint(seedVariable, c.seed))
}

func (c *course) model() (faultfs.Model, error) {
	profile, err := faultfs.ProfileNamed(c.profile)
	if err != nil {
		return faultfs.Model{}, err
	}
	device, err := faultfs.ParseDevice(c.device)
	return faultfs.Model{Profile: profile, Device: device}, err
}

// Subject tortures one program.
type Subject struct {
	program *campaign.Program
	way     way
}

var _ lap.Subject = (*Subject)(nil)

// New returns what tortures the program of a campaign.
func New(p *campaign.Program) (*Subject, error) {
	w, err := wayOf(p.Way, p.Spec)
	return &Subject{program: p, way: w}, err
}

// Native is the name of the way in which programs run on FUSE.
const Native = "fuse"

// wayOf returns the way with that name. The spec is in the form of native.Spec or hosted.Spec.
func wayOf(name string, spec json.RawMessage) (way, error) {
	switch name {
	case Native:
		w := &nativeWay{}
		return w, json.Unmarshal(spec, &w.spec)
	case wasm.Name:
		w := &wasmWay{}
		return w, json.Unmarshal(spec, &w.spec)
	}
	return nil, fmt.Errorf("programs: this version knows no way %q to run a program", name)
}

// Cell implements lap.Subject.
func (s *Subject) Cell(ctx context.Context, t *lap.Task) (*ledger.Cell, error) {
	c := s.course(t)
	c.seed, c.profile, c.device, c.options.Seed = t.Seed, t.Profile, t.Spec.Device, t.Seed
	var err error
	if c.rules, err = s.rules(ctx, t.Fault, c); err != nil {
		return nil, err
	}
	found, err := s.way.search(ctx, c)
	if err != nil {
		return nil, err
	}
	told := cellOf(found.result)
	for i := range found.result.Findings {
		f := &found.result.Findings[i]
		sighting := sightingOf(f)
		if t.Save(f.ID) {
			file, err := lrec.New(found.spec, found.rec, f)
			if err != nil {
				return nil, err
			}
			sighting.File = filepath.Join("findings", f.ID+lrec.Ext)
			if err := file.Save(filepath.Join(t.Dir, sighting.File)); err != nil {
				told.Reasons, sighting.File = append(told.Reasons, fmt.Sprintf("the evidence of %s is not saved: %v", f.ID, err)), ""
			}
		}
		told.Findings = append(told.Findings, sighting)
	}
	return told, nil
}

// course returns what every search of the campaign has in common.
func (s *Subject) course(t *lap.Task) *course {
	return &course{options: program.Options{
		Limits:   program.Limits{Workers: cmp.Or(t.Workers, runtime.NumCPU()), Images: s.program.Images, Points: t.Spec.Points, Nested: s.program.Nested},
		Progress: func(n program.Tally) { t.Progress(uint64(n.Images + n.Repeated + n.Points)) },
	}}
}

// cellOf returns the ledger's record of a result without its findings.
func cellOf(r *program.Result) *ledger.Cell {
	t := &r.Tally
	images := t.Images + t.Nested // a ledger counts both as images
	c := &ledger.Cell{
		Outcome: ledger.Unclear, Runs: 1, CrashPoints: t.Points, Exhaustive: t.Exhaustive, Images: images, Nested: t.Nested, BytesLost: uint64(t.LostBytes),
		Profiles: map[string]int{r.Profile: images}, Shapes: r.Shapes[:min(len(r.Shapes), distinct.Max)],
	}
	switch {
	case len(r.Findings) > 0:
		c.Outcome = ledger.Failed
	case r.Passed:
		c.Outcome = ledger.Passed
	default:
		c.Reasons = []string{r.Inconclusive}
	}
	return c
}

// maxSentence keeps a finding within a line of the ledger.
const maxSentence = 1000

func sightingOf(f *program.Finding) ledger.Sighting {
	s := ledger.Sighting{ID: f.ID, Judge: "checker", Class: "wrong", Sentence: f.Sentence, Count: f.Count}
	if f.Hangs {
		s.Class = "hang"
	}
	if f.Explanation != nil {
		s.Sentence += ": " + f.Explanation.Sentence
	}
	s.Sentence = strings.ToValidUTF8(s.Sentence[:min(len(s.Sentence), maxSentence)], "")
	return s
}

// Again implements lap.Subject. Each attempt cuts power at other moments, if the campaign leaves some out.
func (s *Subject) Again(ctx context.Context, t *lap.Task, attempts int, told *ledger.Replay) error {
	file, err := lrec.Load(t.Finding)
	if err != nil {
		return err
	}
	if file.Finding == nil {
		return fmt.Errorf("programs: %s holds no finding", t.Finding)
	}
	w, err := wayOf(s.program.Way, file.Spec)
	if err != nil {
		return err
	}
	c, err := saved(file.Spec)
	if err != nil {
		return err
	}
	c.options = s.course(t).options
	c.profile, c.device = file.Finding.Profile, file.Finding.Device
	for told.Attempts < attempts && told.Hits == 0 {
		c.options.Seed = c.seed + uint64(told.Attempts)
		found, err := w.search(ctx, c)
		if err != nil {
			return err
		}
		told.Attempts++
		for i := range found.result.Findings {
			if found.result.Findings[i].ID == file.Finding.ID {
				told.Hits++
				break
			}
		}
	}
	return nil
}

// saved returns the seed and the faults of the run in which a finding was seen.
func saved(spec json.RawMessage) (*course, error) {
	var s struct {
		Env   []string `json:"env"`
		Rules []string `json:"rules"`
	}
	if err := json.Unmarshal(spec, &s); err != nil {
		return nil, err
	}
	c := &course{rules: s.Rules}
	for _, v := range s.Env {
		if text, is := strings.CutPrefix(v, seedVariable); is {
			_, err := fmt.Sscan(text, &c.seed)
			return c, err
		}
	}
	return nil, errors.New("programs: the finding has no seed, so no soak has seen it")
}
