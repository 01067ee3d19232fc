package process

import (
	"fmt"
	"os/exec"
)

// Room is a network and a directory that only a server and its clients see. All methods may be called concurrently; one server
// runs in a room at a time. A nil room is where the lab is, and has no servers.
type Room struct {
	jobs chan func() // what is done by the thread that is in the room
}

// NewRoom makes a room. The error says why this process may not.
func NewRoom() (*Room, error) {
	r := &Room{jobs: make(chan func())}
	entered := make(chan error)
	go r.live(entered)
	return r, <-entered
}

// Close gives the room up. What still runs in it goes on until it is killed.
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

// Start starts a process in the room. The error is an ErrNotRun with the name of the program.
func (r *Room) Start(cmd *exec.Cmd) (err error) {
	r.inside(func() { err = cmd.Start() })
	if err != nil {
		return fmt.Errorf("%s %w: %w", cmd.Args[0], ErrNotRun, err)
	}
	return nil
}
