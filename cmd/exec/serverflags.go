package exec

import (
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
	"github.com/lightningdb/lightning-torture/workloads/program/process"
)

// serverFlags are the flags about programs that run until they are stopped.
type serverFlags struct{ ready, work, stop string }

func (f *serverFlags) add(to *pflag.FlagSet) {
	to.StringVar(&f.ready, "ready", "", "the program is a server, which is ready when this `COMMAND` exits with 0; or output=REGEX, port=N, file=PATH")
	to.StringVar(&f.work, "work", "", "`COMMAND` that drives the server while it is recorded, and acknowledges")
	to.StringVar(&f.stop, "stop", "SIGTERM", "how the server is stopped when the work is done: a signal or a `COMMAND`")
}

// validate reports flags that contradict each other.
func (f *serverFlags) validate(recorded bool) error {
	switch {
	case f.ready == "" && f.work != "":
		return exit.Usagef("--work drives a server; say with --ready when it is ready")
	case f.ready == "" && f.stop != "SIGTERM":
		return exit.Usagef("--stop is for servers; say with --ready when the program is ready")
	case f.ready != "" && f.work == "" && !recorded:
		return exit.Usagef("--ready is for servers, which do nothing by themselves; give --work COMMAND to drive it and acknowledge")
	case f.work != "" && recorded:
		return exit.Usagef("--from searches a recording, in which the work has been done; leave out --work")
	}
	if text, given := strings.CutPrefix(f.ready, portPrefix); given {
		if n, err := strconv.Atoi(text); err != nil || n < 1 || n > maxPort {
			return exit.Usagef("--ready %s: a port is a number from 1 to %d", f.ready, maxPort)
		}
	}
	return nil
}

const (
	portPrefix   = "port="
	outputPrefix = "output="
	filePrefix   = "file="
	maxPort      = 65535
)

// spec returns what the flags say about the server; nil if the program is not one.
func (f *serverFlags) spec() *native.Server {
	if f.ready == "" {
		return nil
	}
	s := &native.Server{Work: words(f.work), Stop: process.Stop{Signal: f.stop}}
	if !strings.HasPrefix(f.stop, "SIG") {
		s.Stop = process.Stop{Command: words(f.stop)}
	}
	if text, given := strings.CutPrefix(f.ready, portPrefix); given {
		s.Ready.Port, _ = strconv.Atoi(text) // validate has checked it
	} else if text, given := strings.CutPrefix(f.ready, outputPrefix); given {
		s.Ready.Output = text
	} else if text, given := strings.CutPrefix(f.ready, filePrefix); given {
		s.Ready.File = text
	} else {
		s.Ready.Command = words(f.ready)
	}
	return s
}
