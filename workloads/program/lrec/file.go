package lrec

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/internal/jsonlimit"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/torture/evidence"
)

// Ext is the file name extension.
const Ext = ".lrec"

// version is the format version that Save writes, and the only one that Load reads.
const version = 1

// The kinds distinguish these files from other gzipped JSON, and recordings of files from those of blocks.
const (
	kind       = "program"
	kindBlocks = "program-on-blocks"
)

// limits bounds the uncompressed content.
var limits = jsonlimit.Limits{Bytes: 512 << 20, Elements: 2_000_000, Values: 16_000_000, Depth: 32}

// ErrFile is returned for a file that is not a recording, or not one that this version can read.
var ErrFile = errors.New("lrec: not a recording of a program")

// File is the content of a file.
type File struct {
	Version   int                `json:"version"`
	Kind      string             `json:"kind"`
	Spec      json.RawMessage    `json:"spec"` // how the program was run and judged, in the form of its Way
	Recording *program.Recording `json:"recording"`
	Finding   *program.Finding   `json:"finding,omitempty"`
	// Blocks has the requests to a block device if the program ran on a filesystem of the kernel, see package kernel. The trace
	// of the recording is then empty.
	Blocks json.RawMessage `json:"blocks,omitempty"`
}

// New returns a file for a recording and, if it is not nil, a finding in it. With a finding, the recording is cut off after the
// crash.
func New(spec any, rec *program.Recording, finding *program.Finding) (*File, error) {
	text, err := json.Marshal(spec)
	if err != nil {
		return nil, fmt.Errorf("lrec: %w", err)
	}
	if finding != nil && finding.Blocks == nil {
		rec = rec.Until(finding.Tick)
	}
	return &File{Version: version, Kind: kind, Spec: text, Recording: rec, Finding: finding}, nil
}

// Save writes the file atomically, creating its directory if necessary.
func (f *File) Save(name string) error {
	if f.Blocks != nil {
		f.Kind = kindBlocks
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return fmt.Errorf("lrec: %w", err)
	}
	err := hostdisk.WriteFile(name, 0o600, func(w io.Writer) error {
		z := gzip.NewWriter(w)
		err := json.NewEncoder(io.MultiWriter(jsonlimit.NewMeter(limits), z)).Encode(f)
		return errors.Join(err, z.Close())
	})
	if errors.Is(err, jsonlimit.ErrLimit) {
		return fmt.Errorf("lrec: %s: the recording is too large to be saved: %w; let the program do less", name, err)
	}
	if err != nil {
		return fmt.Errorf("lrec: save %s: %w", name, err)
	}
	return nil
}

// Load reads a file that Save wrote. Every error is an ErrFile that says what is wrong.
func Load(name string) (*File, error) {
	f, err := load(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrFile, name, err)
	}
	return f, nil
}

func load(name string) (*File, error) {
	info, err := os.Stat(name) // before opening it: a pipe would wait for its writer
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	from, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer from.Close() //nolint:errcheck // only read
	meter := jsonlimit.NewMeter(limits)
	z, err := gzip.NewReader(from)
	if err != nil {
		return nil, fmt.Errorf("it was not written by gzip: %w", err)
	}
	if _, err := io.Copy(meter, z); err != nil {
		return nil, fmt.Errorf("its content: %w", err)
	}
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	if err := z.Reset(from); err != nil {
		return nil, err
	}
	f := &File{}
	if err := json.NewDecoder(io.LimitReader(z, meter.Bytes())).Decode(f); err != nil {
		return nil, fmt.Errorf("its content: %w", err)
	}
	return f, f.check()
}

// check rejects files of other kinds and versions, and recordings that no run could have produced.
func (f *File) check() error {
	switch {
	case f.Kind != kind && f.Kind != kindBlocks || f.Recording == nil || (f.Kind == kindBlocks) != (f.Blocks != nil):
		return errors.New("it is JSON of another kind")
	case f.Version > version:
		return fmt.Errorf("it is of version %d, which a newer program wrote; this one reads version %d", f.Version, version)
	case f.Version != version:
		return fmt.Errorf("it is of version %d; this program reads version %d", f.Version, version)
	}
	last := uint64(0)
	for i, a := range f.Recording.Acks {
		if a.Tick <= last {
			return fmt.Errorf("acknowledgement %d is at tick %d, after tick %d", i, a.Tick, last)
		}
		last = a.Tick
	}
	if err := f.Recording.Stacks.Validate(len(f.Recording.Trace)); err != nil {
		return err
	}
	return evidence.CheckTrace(f.Recording.Trace)
}
