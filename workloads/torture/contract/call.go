package contract

import (
	"runtime"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Call is a call of the engine that a standing check makes and judges, on a disk of the check's own. A check that makes
// its call through Check can be explained although no power is cut: the error tells the lab what the call did to the
// disk, and which code read the damaged file.
type Call struct {
	What string      // for a sentence: "Open", "a backup"
	Disk *faultfs.FS // as it is before Do; it is not changed
	// Do prepares a copy of the disk, makes the call by passing it to make, which returns its error, and returns what
	// is wrong with its outcome. make is also told which file is damaged or missing, if any. Do must do the same each
	// time.
	Do func(on *faultfs.FS, make func(file string, call func() error) error) error
}

// Check makes the call. If its outcome is wrong, Check makes the call once more, watches it, and returns a *WrongCall.
func (c *Call) Check() error {
	err := c.Do(c.copied(false), func(_ string, call func() error) error { return call() })
	if err == nil {
		return nil
	}
	on := c.copied(true)
	w := &WrongCall{Call: *c}
	w.Err = c.Do(on, func(file string, call func() error) error {
		w.File, w.Uses, w.Began = file, nil, on.Now()
		on.Watch(func(kind faultfs.OpKind, path, _ string) {
			if file != "" && path == file {
				w.Uses = append(w.Uses, faultfs.Op{Tick: on.Now(), Kind: kind, Path: path, PCs: callers()})
			}
		})
		defer func() { on.Watch(nil); w.Trace = on.Trace() }()
		return call()
	})
	if w.Err == nil {
		return err // it does not repeat, so nothing can be said about it
	}
	return w
}

// copied returns a copy of the disk on which everything is durable.
func (c *Call) copied(watched bool) *faultfs.FS {
	on, err := c.Disk.Crash(c.Disk.Now(), faultfs.Model{Profile: faultfs.LoseNone()}, faultfs.ImageOptions{Callers: watched})
	if err != nil {
		panic(err) // the profile applies to every disk
	}
	return on
}

// callersMax is the most callers of a read that are kept.
const callersMax = 32

// callers returns the calls above the function that was passed to Watch.
func callers() []uintptr {
	var pcs [callersMax]uintptr
	return append([]uintptr(nil), pcs[:runtime.Callers(3, pcs[:])]...)
}

// WrongCall is the error of a Call.
type WrongCall struct {
	Call
	Err   error        // from Do
	Began uint64       // the tick before the call
	Trace []faultfs.Op // up to the end of the call
	File  string       // the damaged or missing file, if there is one
	Uses  []faultfs.Op // the calls about File, such as opens and reads, each with the tick of the operation before it
}

// Error returns the text of Err.
func (w *WrongCall) Error() string { return w.Err.Error() }

// Unwrap returns Err.
func (w *WrongCall) Unwrap() error { return w.Err }
