package campaign

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// Errors, by errors.Is.
var (
	// ErrSpec means that a directory has no campaign, already has one, or has a spec that was edited.
	ErrSpec = errors.New("campaign")
	// ErrNone is the ErrSpec for a directory without a campaign.
	ErrNone = fmt.Errorf("%w: not found", ErrSpec)
)

// Spec says what a campaign tortures. It holds everything that decides what a cell does, and nothing about where or how fast it
// runs.
type Spec struct {
	Version   int      `json:"version"`             // 1
	Engine    string   `json:"engine"`              // or the command line of the program
	Workloads []string `json:"workloads,omitempty"` // empty means all
	Faults    []string `json:"faults,omitempty"`    // empty means all, with the rare ones taking turns
	Profile   string   `json:"profile,omitempty"`
	Device    string   `json:"device,omitempty"`
	Seed      uint64   `json:"seed"`
	Clients   int      `json:"clients,omitempty"`
	Ops       int      `json:"ops,omitempty"`
	Keys      int      `json:"keys,omitempty"`
	Limits    string   `json:"limits,omitempty"`
	Points    int      `json:"points,omitempty"`     // limits the crash points of a run; 0 means all
	LifeBytes int64    `json:"life_bytes,omitempty"` // size of the long-lived store; 0 means that there is none
	Program   *Program `json:"program,omitempty"`    // a program is tortured instead of an engine
}

// Program is a program that the lab cannot call as a library. Its cells are its profiles times its faults.
type Program struct {
	Way      string          `json:"way"`  // how it is run, such as "fuse"
	Spec     json.RawMessage `json:"spec"` // how it is run and judged, in the form of its way
	Profiles []string        `json:"profiles"`
	Faults   []string        `json:"faults"`
	Images   int             `json:"images"`           // limits the images of a crash point
	Nested   int             `json:"nested,omitempty"` // limits the images of crashes during recovery
}

// Name returns the name of the campaign: a hash of the spec.
func (s *Spec) Name() string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // a struct of strings and numbers
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}

// Options returns the options of a lap, which is one pass over the matrix.
func (s *Spec) Options(lap int) torture.Options {
	return torture.Options{
		Workloads: s.Workloads, Faults: s.Faults, Profile: s.Profile, Device: s.Device, Seed: Seed(s.Seed, lap), Rounds: 1,
		Clients: s.Clients, Ops: s.Ops, Keys: s.Keys, Limits: s.Limits, CrashPoints: s.Points,
	}
}

// saved is the content of spec.json.
type saved struct {
	Campaign string `json:"campaign"`
	Spec     Spec   `json:"spec"`
}

const specFile = "spec.json"

// Save creates a directory and writes the spec to it durably. The error is ErrSpec if the directory already has a campaign.
func (s *Spec) Save(fsys afero.Fs, dir string) error {
	if _, err := fsys.Stat(filepath.Join(dir, specFile)); err == nil {
		return fmt.Errorf("%w: %s has a campaign already; give --resume %s to go on with it, or another directory", ErrSpec, dir, dir)
	}
	text, err := json.MarshalIndent(saved{s.Name(), *s}, "", "  ")
	if err != nil {
		return err
	}
	if err := makeDir(fsys, dir); err != nil {
		return err
	}
	return replace(fsys, filepath.Join(dir, specFile), append(text, '\n'))
}

// Load reads the spec of a directory. The error is ErrSpec if there is none or if it was edited.
func Load(fsys afero.Fs, dir string) (*Spec, error) {
	name := filepath.Join(dir, specFile)
	text, err := afero.ReadFile(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s is not the directory of a soak, because it has no %s; give --dir to begin one", ErrNone, dir, specFile)
	} else if err != nil {
		return nil, err
	}
	var v saved
	if err := json.Unmarshal(text, &v); err != nil {
		return nil, fmt.Errorf("%w: %s cannot be read: %w; restore it, or begin a soak in a new directory", ErrSpec, name, err)
	}
	if name := v.Spec.Name(); name != v.Campaign || v.Spec.Version != 1 {
		return nil, fmt.Errorf("%w: %s was changed: it is campaign %s, and its spec that of %s; undo the change, or begin a soak in a new "+
			"directory", ErrSpec, filepath.Join(dir, specFile), v.Campaign, name)
	}
	return &v.Spec, nil
}
