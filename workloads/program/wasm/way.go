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

// Where a program finds what the lab gives it. All of it hides what the host has there.
const (
	storeDir = "/torture-store"
	ackDir   = storeDir + "/.torture" // which is on no crash image
	sideDir  = "/torture"
	acksFile = sideDir + "/acks" // what had been acknowledged before the crash, for a checker
	acksWord = "{acks}"
)

// Way runs programs that are built for wasip1. It must be closed. It belongs to one search at a time.
type Way struct {
	// Host returns how to search a recording with a checker or dump that is a command of this machine. It is called once for
	// each recording, and not needed if the checker runs here.
	Host func(*program.Recording) program.Way

	KeepSchedule bool // do not shrink the schedule of what a sweep finds

	spec     Spec
	modules  modules
	switches uint64       // of goroutines, in the latest recording
	nestings atomic.Int64 // crashes during recovery
	program  *schedule.Program
	judge    *schedule.Program    // the checker or the dump; nil: it does not run here
	dir      string               // the working directory
	idle     chan *schedule.Again // instances of the judge that wait for a recoverer
	host     program.Way          // of the latest recording
	states   *golden.States       // of the latest recording, if a dump decides here
}

// maxIdle is how many instances wait at most.
const maxIdle = 64

// New compiles the programs of a spec, which takes seconds. Compiled programs are kept in the directory cache, if that is not
// empty.
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
	if w.program, err = w.modules.load(ctx, spec.Program[0], cache); err == nil && spec.JudgedHere() {
		w.judge, err = w.modules.load(ctx, w.judging()[0], cache)
	}
	if err != nil {
		_ = w.Close(ctx) // nothing was run
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

// Close releases the programs. No run may be under way.
func (w *Way) Close(ctx context.Context) (err error) {
	close(w.idle)
	for again := range w.idle {
		err = errors.Join(err, again.Close())
	}
	return errors.Join(err, w.modules.close(ctx))
}

// Seed makes the next recording follow from another seed.
func (w *Way) Seed(seed uint64) { w.spec.Seed = seed }

// job returns what a command is run for.
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

// tree returns what a program sees: its store, and beside it what the lab tells it.
func tree(store, acks, side *faultfs.FS) *wasidisk.Files {
	return wasidisk.New(
		wasidisk.Mount{Path: storeDir, FS: store}, wasidisk.Mount{Path: ackDir, FS: acks}, wasidisk.Mount{Path: sideDir, FS: side},
		wasidisk.Mount{Path: schedule.TempDir, FS: empty()},
	)
}

func empty() *faultfs.FS { return faultfs.New(faultfs.Options{}) }

// Record runs the program once from the seed, on an empty disk.
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
	store := faultfs.New(faultfs.Options{Tick: now.next, Rules: rules})
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
		Program: w.spec.Program, Way: Name, Trace: store.Trace(), Acks: said, Ended: ended(outcome, &out.tail),
	}
	w.Use(rec)
	return rec, nil
}

// Use makes recoverers judge by a recording that was made before, in place of the latest.
func (w *Way) Use(rec *program.Recording) {
	w.host, w.states = nil, nil
	switch {
	case w.judge == nil && w.Host != nil:
		w.host = w.Host(rec)
	case w.judge != nil && len(w.spec.Dump) > 0:
		w.states = golden.New(rec, w.dumpKilled)
	}
}

// ended says how a program ended, if not as it should.
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
