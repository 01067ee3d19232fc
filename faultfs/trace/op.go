package trace

import "fmt"

// Op is one entry of a trace: a filesystem call, a delay injected into one (Slow, Stall), or something that the system
// does on its own (OpWriteback, OpRest).
type Op struct {
	Tick    uint64  `json:"t"`
	Kind    OpKind  `json:"k"`
	Path    string  `json:"p"`             // as spelled by the caller
	To      string  `json:"to,omitempty"`  // OpRename, OpLink: the new name; OpExchange: the other name
	Ino     Ino     `json:"i"`             // the file or directory concerned
	Off     int64   `json:"o,omitempty"`   // OpWrite; OpRead: where a bit was flipped
	Data    []byte  `json:"d,omitempty"`   // OpWrite: what was written, even if it is not what the caller asked for
	OldSize int64   `json:"s0,omitempty"`  // OpWrite, OpTruncate: size in bytes before
	Size    int64   `json:"s,omitempty"`   // OpWrite, OpTruncate: size in bytes after
	Fault   Effect  `json:"f,omitempty"`   // what was injected, if anything
	As      Failure `json:"as,omitempty"`  // FailedSync: the filesystem whose failure is imitated
	Edits   []Edit  `json:"e,omitempty"`   // what it does to directories
	Dir     bool    `json:"dir,omitempty"` // Ino is a directory
	Attr    *Attr   `json:"a,omitempty"`   // OpSetxattr: the attribute
	// Victim is the file that lost a name to this op: the one removed, or the one overwritten by a rename. For an exchange,
	// which gives it the name that Ino had, it may be a directory.
	Victim Ino `json:"v,omitempty"`
	// PCs are the program counters of the callers, innermost first, if the recorder was asked for them; see
	// runtime.CallersFrames. They are meaningful only in the process that recorded them and are not saved.
	PCs []uintptr `json:"-"`
}

// String returns the op as one readable line.
func (o Op) String() string {
	s := fmt.Sprintf("%d %s %s", o.Tick, o.Kind, o.Paths())
	switch o.Kind {
	case OpWrite:
		s += fmt.Sprintf(" [%d,%d)", o.Off, o.Off+int64(len(o.Data)))
	case OpTruncate:
		s += fmt.Sprintf(" %d -> %d", o.OldSize, o.Size)
	case OpSetxattr:
		s += " " + o.Attr.String()
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

// Paths returns the path of the op, or both: "a -> b" for a rename or link, "a <-> b" for an exchange.
func (o Op) Paths() string {
	switch {
	case o.To == "":
		return o.Path
	case o.Kind == OpExchange:
		return o.Path + " <-> " + o.To
	}
	return o.Path + " -> " + o.To
}

// Changes reports whether the op can change what a crash leaves behind. Cutting power is worthwhile only at the ticks
// of such ops.
func (o Op) Changes() bool {
	return o.Kind <= OpSync || o.Kind == OpExchange || o.Kind == OpSetxattr || o.Kind == OpWriteback || o.Fault == Evict
}
