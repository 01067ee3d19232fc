package native

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/stage"
)

// Told is a message of a job on a stage about its search or replay. R is its kind of recording.
type Told[R any] struct {
	Recording *R              `json:"recording,omitempty"`
	Tally     *program.Tally  `json:"tally,omitempty"` // the figures so far
	Result    *program.Result `json:"result,omitempty"`
	Error     string          `json:"error,omitempty"` // why the search ended early
	Replayed  *Replayed       `json:"replayed,omitempty"`
}

// OnStage has a job record, search or replay on a stage. It returns all that the job told, which is what was found before the error
// if there is one.
func OnStage[R any](ctx context.Context, job string, request any, progress func(program.Tally)) (all Told[R], err error) {
	err = stage.Run(ctx, job, request, func(text json.RawMessage) error {
		if err := json.Unmarshal(text, &all); err != nil {
			return err
		}
		if all.Tally != nil && progress != nil {
			progress(*all.Tally)
		}
		all.Tally = nil
		return nil
	})
	if err == nil && all.Error != "" {
		err = errors.New(all.Error)
	}
	return all, err
}

// progressEvery is how often a stage tells its progress.
const progressEvery = 200 * time.Millisecond

// Telling returns a function that reports the progress of a search from time to time.
func Telling[R any](emit func(any) error) func(program.Tally) {
	told := time.Time{}
	return func(t program.Tally) {
		if now := time.Now(); now.Sub(told) > progressEvery {
			told = now
			_ = emit(Told[R]{Tally: &t}) // if it fails, so will the next
		}
	}
}

// Tell tells the outcome of a search. A search that ended early is an error of the job only if it found nothing out.
func Tell[R any](emit func(any) error, result *program.Result, err error) error {
	told := Told[R]{Result: result}
	if err != nil {
		if result == nil {
			return err
		}
		told.Error = err.Error()
	}
	return emit(told)
}

// Passed is the file that passes a recording to a stage.
type Passed struct {
	File    string // "" if there is no recording
	scratch *hostdisk.Scratch
}

// Pass writes a recording to a file. It may be nil.
func Pass[R any](rec *R) (_ *Passed, err error) {
	if rec == nil {
		return &Passed{}, nil
	}
	text, err := json.Marshal(rec)
	if err != nil {
		return nil, fmt.Errorf("native: %w", err)
	}
	scratch, err := hostdisk.NewScratch(fastDir(), "recording")
	if err != nil {
		return nil, fmt.Errorf("native: %w", err)
	}
	p := &Passed{filepath.Join(scratch.Dir, "recording"), scratch}
	if err := os.WriteFile(p.File, text, 0o600); err != nil {
		p.Remove()
		return nil, fmt.Errorf("native: %w", err)
	}
	return p, nil
}

// Remove removes the file.
func (p *Passed) Remove() {
	if p.scratch != nil {
		_ = p.scratch.Remove() // the next command removes what stays
	}
}

// Receive reads a file that Pass has written.
func Receive[R any](file string) (*R, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	rec := new(R)
	return rec, json.Unmarshal(text, rec)
}
