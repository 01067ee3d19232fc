package process

import (
	"fmt"
	"os/exec"
)

// Room is a private network and directory for one server at a time and its clients. Its methods are safe for concurrent use. A
// nil Room stands for the lab's own surroundings; it cannot run servers.
type Room struct {
	jobs chan func() // run by the thread that is in the room
}

// NewRoom makes a room. The error says why this process cannot.
func NewRoom() (*Room, error) {
	r := &Room{jobs: make(chan func())}
	entered := make(chan error)
	go r.live(furnish, entered)
	return r, <-entered
}

// NewCorner makes a room that is not private: a thread in the lab's own surroundings, from which processes are started. It
// cannot run servers.
func NewCorner() *Room {
	r := &Room{jobs: make(chan func())}
	entered := make(chan error, 1)
	go r.live(func() error { return nil }, entered)
	return r
}

// Close releases the room. Processes that still run in it are not killed.
func (r *Room) Close() {
	if r != nil {
		close(r.jobs)
	}
}

// inside calls a function in the room.
func (r *Room) inside(call func()) {
	if r == nil {
		call()
		return
	}
	done := make(chan struct{})
	r.jobs <- func() {
		defer close(done)
		call()
	}
	<-done
}

// Start starts a process in the room. Every error is an ErrNotRun that names the program.
func (r *Room) Start(cmd *exec.Cmd) (err error) {
	r.inside(func() { err = cmd.Start() })
	if err != nil {
		return fmt.Errorf("%s %w: %w", cmd.Args[0], ErrNotRun, err)
	}
	return nil
}
