package faultfs

import (
	"fmt"
	"runtime"
	"slices"
)

// Ino identifies a file or directory, whatever its names. The root directory is 1; 0 is no file.
type Ino uint64

const rootIno Ino = 1

// OpKind is the kind of a filesystem call, as far as faults and traces tell them apart.
type OpKind uint8

// The operation kinds. Those up to OpSync change what may survive a crash and stand in the trace; the others appear
// there only where a fault hit them.
const (
	OpCreate   OpKind = iota // a new file, directory or symbolic link under a new name
	OpLink                   // a further name of a file
	OpRemove                 // a name taken away
	OpRename                 // a name moved, atomically, perhaps over another
	OpTruncate               // a size set
	OpWrite                  // bytes written
	OpSync                   // fsync or fdatasync of a file, or fsync of a directory
	OpOpen
	OpRead
	OpClose
	OpStat
	OpList
	OpRest      // no call: bytes that rot while nobody looks
	OpAny       // of a rule: every call that its effect can happen to
	OpWriteback // no call: the system writes the dirty pages of a file by itself
	opKinds
)

var opNames = [opKinds]string{
	"create", "link", "remove", "rename", "truncate", "write", "sync", "open", "read", "close", "stat", "list", "rest",
	"any", "writeback",
}

func (k OpKind) String() string {
	if k < opKinds {
		return opNames[k]
	}
	return fmt.Sprintf("op(%d)", uint8(k))
}

// Op is one filesystem call of a trace.
type Op struct {
	Tick    uint64  `json:"t"`
	Kind    OpKind  `json:"k"`
	Path    string  `json:"p"`            // as the caller named it
	To      string  `json:"to,omitempty"` // OpRename, OpLink: the new name
	Ino     Ino     `json:"i"`            // the file or directory it is about
	Off     int64   `json:"o,omitempty"`  // OpWrite; OpRead: where a bit was flipped
	Data    []byte  `json:"d,omitempty"`  // OpWrite: what was written, even if it is not what the caller asked for
	OldSize int64   `json:"s0,omitempty"` // OpWrite, OpTruncate: size in bytes before
	Size    int64   `json:"s,omitempty"`  // OpWrite, OpTruncate: size in bytes after
	Fault   Effect  `json:"f,omitempty"`  // what was injected, if anything
	As      Failure `json:"as,omitempty"` // FailedSync: whose failure it is
	Edits   []Edit  `json:"e,omitempty"`  // what it does to directories
	Dir     bool    `json:"dir,omitempty"`
	// Victim is the file that lost a name to this op: the one removed, or the one a rename overwrote.
	Victim Ino `json:"v,omitempty"`
	// PCs are the program counters of the callers, innermost first, if Options.Callers asked for them: see
	// runtime.CallersFrames. They mean something to the process that recorded them only, and are not saved.
	PCs []uintptr `json:"-"`
}

// Edit is one change of one directory: name stands for Ino from now on, or for nothing if Ino is 0.
type Edit struct {
	Parent Ino    `json:"in"`
	Name   string `json:"n"`
	Ino    Ino    `json:"i"`
	Dir    bool   `json:"d,omitempty"` // Ino is a directory
	Target string `json:"l,omitempty"` // Ino is a symbolic link, and leads there
}

func (e *Edit) entry() entry { return entry{e.Ino, e.Dir, e.Target} }

// edit returns the change after which name stands for e.
func (e entry) edit(parent Ino, name string) Edit { return Edit{parent, name, e.ino, e.dir, e.target} }

// String renders the op as one line for people.
func (o Op) String() string {
	s := fmt.Sprintf("%d %s %s", o.Tick, o.Kind, o.Path)
	if o.To != "" {
		s += " -> " + o.To
	}
	switch o.Kind {
	case OpWrite:
		s += fmt.Sprintf(" [%d,%d)", o.Off, o.Off+int64(len(o.Data)))
	case OpTruncate:
		s += fmt.Sprintf(" %d -> %d", o.OldSize, o.Size)
	default:
	}
	if o.Fault != NoEffect {
		s += " (" + o.Fault.String()
		if o.As != AnyFailure {
			s += " as " + o.As.String()
		}
		s += ")"
	}
	return s
}

// Changes reports whether the op can change what a crash leaves behind: the ticks worth cutting power at.
func (o Op) Changes() bool { return o.Kind <= OpSync || o.Kind == OpWriteback || o.Fault == Evict }

// callersMost is how many callers an op carries at the most, those inside this package included.
const callersMost = 32

// callers returns the stack above record.
func callers() []uintptr {
	var pcs [callersMost]uintptr
	return slices.Clone(pcs[:runtime.Callers(3, pcs[:])])
}
