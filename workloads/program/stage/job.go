package stage

import (
	"context"
	"encoding/json"
	"errors"
)

// Job is something that runs on a stage.
type Job struct {
	Name string
	// Do does it. The request is what Run was called with. The directory is empty and on this machine's disk; a job may mount
	// below it. What it emits reaches the caller of Run in order. When ctx is done it should come to its end soon, and emit what
	// it has. The error ends the stage and is returned by Run as text.
	Do func(ctx context.Context, request json.RawMessage, dir string, emit func(any) error) error
}

var (
	// ErrUnsupported says that this system cannot have a stage.
	ErrUnsupported = errors.New("stage: this needs namespaces and FUSE, which only Linux has")
	// ErrKilled says that a stage came to its end before its job did.
	ErrKilled = errors.New("stage: the process that serves the disk was killed")
)

// The first arguments by which this program knows that it is a part of a stage.
const (
	keeperWord = "__stage-keeper"
	workerWord = "__stage-worker"
)

// start is the first line of a worker's standard input.
type start struct {
	Job     string          `json:"job"`
	Dir     string          `json:"dir"`
	Request json.RawMessage `json:"request"`
}

// stopLine asks a worker to come to its end.
const stopLine = "stop\n"

// message is a line of a worker's standard output.
type message struct {
	Event json.RawMessage `json:"event,omitempty"`
	Done  bool            `json:"done,omitempty"` // the job has come to its end
	Error string          `json:"error,omitempty"`
}
