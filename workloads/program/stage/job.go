package stage

import (
	"context"
	"encoding/json"
	"errors"
)

// Job is something that runs on a stage.
type Job struct {
	Name string
	// Do does the job. The request is the one given to Run. The directory dir is empty and on a disk of this machine; the job
	// may mount below it. What it emits reaches the caller of Run in order. When ctx is done, Do should return soon and emit
	// what it has. Its error ends the stage; Run returns it as text.
	Do func(ctx context.Context, request json.RawMessage, dir string, emit func(any) error) error
}

var (
	// ErrUnsupported is returned on systems other than Linux.
	ErrUnsupported = errors.New("stage: this needs namespaces and FUSE, which only Linux has")
	// ErrKilled is returned if a stage ended before its job did.
	ErrKilled = errors.New("stage: the process that serves the disk was killed")
)

// First arguments that make this program a part of a stage.
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

// stopLine tells a worker to stop.
const stopLine = "stop\n"

// message is a line of a worker's standard output.
type message struct {
	Event json.RawMessage `json:"event,omitempty"`
	Done  bool            `json:"done,omitempty"` // the job has returned
	Error string          `json:"error,omitempty"`
}
