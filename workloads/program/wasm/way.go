package wasm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/golden"
	"github.com/lightningdb/lightning-torture/workloads/schedule"
	"github.com/lightningdb/lightning-torture/workloads/wasidisk"
)

// Paths that the lab provides to a program. They hide the host's files under the same paths.
const (
	storeDir = "/torture-store"
	ackDir   = storeDir + "/.torture" // not part of any crash image
	sideDir  = "/torture"
	acksFile = sideDir + "/acks" // what was acknowledged before the crash, for a checker
	acksWord = "{acks}"
)

// Way runs programs built for wasip1. It must be closed, and may be used by one search at a time.
type Way struct {
	// Host returns the way to search a recording if the checker or dump is a command of this machine. It is called once for each
	// recording. It may be nil if the checker runs here.
	Host func(*program.Recording) program.Way

	KeepSchedule bool // do not shrink the schedule of a finding

	spec      Spec
	modules   modules
	switches  uint64       // goroutine switches in the latest recording
	nestings  atomic.Int64 // crashes during recovery
	program   *schedule.Program
	preparing *schedule.Program    // the setup; nil if there is none
	judge     *schedule.Program    // the checker or the dump; nil if it does not run here
	dir       string               // the working directory
	idle      chan *schedule.Again // idle instances of the judge
	host      program.Way          // what Host returned for the latest recording
	states    *golden.States       // the allowed states for the latest recording, if a dump runs here
}

// maxIdle is the maximum number of idle instances.
const maxIdle = 64

// New compiles the programs of a spec, which takes seconds. Compiled programs are cached in the directory cache unless that is "".
func New(ctx context.Context, spec Spec, cache string) (*Way, error) {
	spec.EnsureDefaults()
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	w := &Way{spec: spec, modules: modules{}, idle: make(chan *schedule.Again, maxIdle)}
	var err error
	if w.dir, err = os.Getwd(); err != nil {
		return nil, err
	}
	w.program, err = w.modules.load(ctx, spec.Program[0], cache)
	if err == nil && len(spec.Setup) > 0 {
		w.preparing, err = w.modules.load(ctx, spec.Setup[0], cache)
	}
	if err == nil && spec.JudgedHere() {
		w.judge, err = w.modules.load(ctx, w.judging()[0], cache)
	}
	if err != nil {
		_ = w.Close(ctx) // nothing has run yet
		return nil, err
	}
	return w, nil
}

// judging returns the command that recovers a store.
func (w *Way) judging() []string {
	if len(w.spec.Dump) > 0 {
		return w.spec.Dump
	}
	return w.spec.Check
}

// Close releases the programs. No run may be in progress.
func (w *Way) Close(ctx context.Context) (err error) {
	close(w.idle)
	for again := range w.idle {
		err = errors.Join(err, again.Close())
	}
	return errors.Join(err, w.modules.close(ctx))
}

// Seed sets the seed of the next recording.
func (w *Way) Seed(seed uint64) { w.spec.Seed = seed }

// job returns the job that runs a command.
func (w *Way) job(args []string) schedule.Job {
	words := strings.NewReplacer(program.Dir, storeDir, acksWord, acksFile)
	job := schedule.Job{
		Args: []string{filepath.Base(args[0])}, Dir: w.dir, Limit: w.spec.Limit,
		Env: []string{"TORTURE_DIR=" + storeDir, "TORTURE_ACKS=" + acksFile},
	}
	for _, v := range w.spec.Env {
		job.Env = append(job.Env, words.Replace(v))
	}
	for _, arg := range args[1:] {
		job.Args = append(job.Args, words.Replace(arg))
	}
	return job
}

// tree returns the file tree of a program: its store, and the files that the lab provides.
func tree(store, acks, side *faultfs.FS) *wasidisk.Files {
	return wasidisk.New(
		wasidisk.Mount{Path: storeDir, FS: store}, wasidisk.Mount{Path: ackDir, FS: acks}, wasidisk.Mount{Path: sideDir, FS: side},
		wasidisk.Mount{Path: schedule.TempDir, FS: empty()},
	)
}

func empty() *faultfs.FS { return faultfs.New(faultfs.Options{}) }

// Record runs the program once from the seed, on an empty disk or on one prepared by Spec.Setup.
func (w *Way) Record(ctx context.Context) (*program.Recording, error) {
	var now clock
	out := &spoken{clock: &now}
	if w.spec.Stdout != "" {
		out.pattern = regexp.MustCompile(w.spec.Stdout) // Validate has compiled it
	}
	rules := make([]*faultfs.Rule, len(w.spec.Rules))
	for i, text := range w.spec.Rules {
		rule, err := faultfs.ParseRule(text)
		if err != nil {
			return nil, err
		}
		rules[i] = rule
	}
	store := faultfs.New(faultfs.Options{Tick: now.next})
	if err := w.setup(ctx, store); err != nil {
		return nil, err
	}
	settled := uint64(now)
	store.SetRules(rules...)
	acks := faultfs.New(faultfs.Options{Tick: now.next})
	job := w.job(w.spec.Program)
	job.Files, job.Stdout, job.Stderr = tree(store, acks, empty()), out, &out.tail
	job.Switches = w.spec.Switches
	outcome, err := w.program.Run(ctx, w.spec.Seed, job)
	if err != nil {
		return nil, err
	}
	w.switches = outcome.Switches
	said := out.acks
	if out.pattern == nil {
		said = written(acks)
	}
	rec := &program.Recording{
		Program: w.spec.Program, Way: Name, Trace: store.Trace(), Acks: said, Settled: settled, Ended: ended(outcome, &out.tail),
	}
	w.Use(rec)
	return rec, nil
}

// setup prepares the store, if the spec says how, and makes it durable. Nothing that the setup says is an acknowledgement.
func (w *Way) setup(ctx context.Context, store *faultfs.FS) error {
	if w.preparing == nil {
		return nil
	}
	var printed tail
	job := w.job(w.spec.Setup)
	job.Files, job.Stdout, job.Stderr = tree(store, empty(), empty()), &printed, &printed
	outcome, err := w.preparing.Run(ctx, w.spec.Seed, job)
	if err != nil {
		return err
	}
	if how := ended(outcome, &printed); how != "" {
		return fmt.Errorf("wasm: the setup %s", how)
	}
	return program.MakeDurable(store)
}

// Use makes recoverers judge by an earlier recording instead of the latest.
func (w *Way) Use(rec *program.Recording) {
	w.host, w.states = nil, nil
	switch {
	case w.judge == nil && w.Host != nil:
		w.host = w.Host(rec)
	case w.judge != nil && len(w.spec.Dump) > 0:
		w.states = golden.New(rec, w.dumpKilled)
	}
}

// ended says how a program failed, as the end of a sentence; it is empty if the program succeeded.
func ended(o schedule.Outcome, printed *tail) string {
	if o.ExitCode == 0 {
		return ""
	}
	text := fmt.Sprintf("ended with exit code %d: %s", o.ExitCode, cmp.Or(o.Trap, printed.crash(), printed.last(), "it printed nothing"))
	if strings.Contains(strings.ToLower(printed.String()), "not implemented") {
		text += " (" + lacks + ")"
	}
	return text
}
