package provoked

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"syscall"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// errGivenUp is the cause of a cancelled context.
var errGivenUp = errors.New("provoked: given up")

// ending is a way to interrupt an errand at one of its calls.
type ending struct {
	name string
	want error
	also error // the error must wrap this one, too, unless it is nil
	// at sets up the interruption at a call; undo removes it.
	at      func(disk *faultfs.FS, c call) (ctx context.Context, undo func())
	applies func(e *errand, c call) bool
	cleans  bool // the directory that the errand creates must be as before
	once    bool // the interruption is undone as soon as the errand has returned
}

// call is the n-th call of an operation on a kind of file, counting from 1.
type call struct {
	op    faultfs.OpKind
	files string // a pattern
	n     uint64
}

// kinds are patterns of the files of a store and of a backup. Any other name is a kind of its own.
var kinds = []string{"*.log*", "*.sst*", "*.blob*", "*MANIFEST-*", "backup-*"}

func kindOf(name string) string {
	name = path.Base(name)
	for _, kind := range kinds {
		if matches, _ := path.Match(kind, name); matches { // the patterns are well formed
			return kind
		}
	}
	return name
}

// firstCalls is the number of calls of each operation on each kind of file at which an errand is interrupted. It is also
// interrupted at the last one.
const firstCalls = 3

// calls returns the first few calls and the last call of each operation that an errand makes on each kind of file.
func (e *errand) calls(disk *faultfs.FS, pairs map[string]string) (some []call, err error) {
	var all tallied
	counting := ending{once: true, at: func(disk *faultfs.FS, _ call) (context.Context, func()) {
		disk.Watch(all.count)
		return context.Background(), func() { disk.Watch(nil) }
	}}
	err = e.on(disk, pairs, &counting, call{}, func(_ string, do func() error) error { return do() })
	return all.some(), err
}

// tallied has one call for each operation on each kind of file, with the number of such calls in n.
type tallied []call

func (t *tallied) count(op faultfs.OpKind, name, _ string) {
	i := slices.IndexFunc(*t, func(c call) bool { return c.op == op && c.files == kindOf(name) })
	if i < 0 {
		i, *t = len(*t), append(*t, call{op: op, files: kindOf(name)})
	}
	(*t)[i].n++
}

// some returns the first few calls and the last call of each operation on each kind of file.
func (t tallied) some() (some []call) {
	for _, c := range t {
		for n := range c.n {
			if n < firstCalls || n == c.n-1 {
				some = append(some, call{c.op, c.files, n + 1})
			}
		}
	}
	return some
}

func reads(op faultfs.OpKind) bool {
	return op == faultfs.OpOpen || op == faultfs.OpRead || op == faultfs.OpList
}

var endings = []ending{
	{
		name: "the context is cancelled", want: context.Canceled, also: errGivenUp, cleans: true, applies: func(e *errand, _ call) bool { return !e.opens },
		at: func(disk *faultfs.FS, c call) (context.Context, func()) {
			ctx, stop := context.WithCancelCause(context.Background())
			disk.Watch(func(op faultfs.OpKind, name, _ string) {
				if op != c.op || kindOf(name) != c.files {
					return
				}
				if c.n--; c.n == 0 {
					stop(errGivenUp)
				}
			})
			return ctx, func() { disk.Watch(nil); stop(nil) }
		},
	},
	{
		name: "the disk is full", want: engine.ErrNoRoom,
		applies: func(e *errand, c call) bool { // the other errands write files without which a store cannot go on
			return e.parts && !e.opens && (c.op == faultfs.OpCreate || c.op == faultfs.OpWrite) && (c.files == "*.sst*" || c.files == "*.blob*")
		},
		at: func(disk *faultfs.FS, c call) (context.Context, func()) {
			disk.SetRules(&faultfs.Rule{Effect: faultfs.ENOSPC, Op: c.op, Glob: c.files, From: c.n})
			return context.Background(), func() { disk.SetRules() }
		},
	},
	{
		name: "a read fails", want: syscall.EIO, once: true, applies: func(e *errand, c call) bool { return (e.files || !e.parts) && reads(c.op) },
		at: func(disk *faultfs.FS, c call) (context.Context, func()) {
			disk.SetRules(&faultfs.Rule{Effect: faultfs.EIO, Op: c.op, Glob: c.files, Nth: c.n})
			return context.Background(), func() { disk.SetRules() }
		},
	},
}

// ended returns a check for each errand. The check interrupts the errand at several of its calls, in every way that
// applies. The errand must return the reason, or succeed and report the same as without an interruption. It must leave
// nothing open and nothing half made, and the store must be intact and keep working. Afterwards the errand must succeed.
func ended() (checks []func() error) {
	for _, e := range errands() {
		checks = append(checks, func() error {
			if err := e.check(); err != nil {
				return fmt.Errorf("%s, %w", e.name, err)
			}
			return nil
		})
	}
	return checks
}

func (e *errand) check() error {
	disk, pairs, err := filled(40)
	if err == nil {
		err = backedUp(disk)
	}
	if err != nil {
		return err
	}
	calls, err := e.calls(atRest(disk), pairs)
	if err != nil {
		return err
	}
	for _, c := range calls {
		if err := e.at(disk, pairs, c); err != nil {
			return fmt.Errorf("at %v %d of %s: %w", c.op, c.n, c.files, err)
		}
	}
	return nil
}

// at interrupts an errand at a call, in every way that applies.
func (e *errand) at(disk *faultfs.FS, pairs map[string]string, c call) error {
	for i := range endings {
		if how := &endings[i]; how.applies(e, c) {
			ending := torture.Call{What: e.name, Disk: disk, Do: func(on *faultfs.FS, make func(string, func() error) error) error {
				return e.on(on, pairs, how, c, make)
			}}
			if err := ending.Check(); err != nil {
				return fmt.Errorf("%s: %w", how.name, err)
			}
		}
	}
	return nil
}

// backedUp makes a backup of the store on a disk.
func backedUp(disk afero.Fs) error {
	db, err := engine.Open(storeDir, options(disk, true))
	if err != nil {
		return err
	}
	_, err = engine.Backup(db, repoDir)
	return errors.Join(err, db.Close())
}

// on runs an errand on a disk of its own: once interrupted at a call, which make does, and then in full.
func (e *errand) on(disk *faultfs.FS, pairs map[string]string, how *ending, c call, make func(string, func() error) error) error {
	o := options(disk, true)
	if err := e.rot(disk); err != nil {
		return err
	}
	var db *engine.DB
	if !e.files {
		var err error
		o.MaxOpenFiles = 1 // so that every read opens a file
		if db, err = engine.Open(storeDir, o); err != nil {
			return err
		}
	}
	again, err := e.ended(disk, db, pairs, how, c, make)
	if again && err == nil {
		_, err = e.do(context.Background(), db, o)
	}
	if errors.Is(err, errHangs) {
		return err
	}
	return e.closed(disk, db, pairs, err)
}

// ended runs an errand that is interrupted at a call, and reports whether it should be run again.
func (e *errand) ended(
	disk *faultfs.FS, db *engine.DB, pairs map[string]string, how *ending, c call, make func(string, func() error) error,
) (again bool, err error) {
	stored, made := names(disk, storeDir), e.made(disk)
	var ctx context.Context
	var undo func()
	var report any
	ended := make("", func() (err error) {
		ctx, undo = how.at(disk, c)
		report, err = e.do(ctx, db, options(disk, true))
		return err
	})
	switch said := text(report); {
	case ended != nil && !errors.Is(ended, how.want):
		err = wrong("it should return %w, but returns %w", how.want, ended)
	case ended != nil && how.also != nil && !errors.Is(ended, how.also):
		err = wrong("it should return %w as well, but returns %w", how.also, ended)
	case ended == nil && e.report == "":
		e.report = said // the first run, which is not interrupted
	case ended == nil && said != e.report:
		err = wrong("it succeeds and reports %s instead of %s", said, e.report)
	}
	if how.once {
		undo()
	}
	if db != nil && err == nil {
		err = mustReturn(func() error { return shows(db, pairs) }) // still under the condition, unless how.once
	}
	undo()
	if ended == nil {
		return e.makes == "", err
	}
	for _, name := range disk.OpenFiles() {
		if _, failed := disk.Stat(name); failed != nil {
			err = errors.Join(err, wrong("%s is removed but still open", name))
		}
	}
	switch left := e.made(disk); {
	case how.cleans && !slices.Equal(left, made):
		err = errors.Join(err, wrong("it leaves %q in the directory that it was creating", left))
	case e.makes == copyDir:
		err = errors.Join(err, disk.RemoveAll(copyDir)) // a failed copy may leave files behind
	}
	left := e.parts || e.rots != "" && !how.cleans // a repair may fail at its last step
	now := slices.DeleteFunc(names(disk, storeDir), func(name string) bool { return name == lostDir && len(names(disk, path.Join(storeDir, lostDir))) == 0 })
	if !left && !slices.Equal(now, stored) {
		err = errors.Join(err, wrong("the store had the files %q, and now has %q", stored, now))
	}
	return true, err
}

// closed closes the store if it is open, and checks what is on the disk.
func (e *errand) closed(disk *faultfs.FS, db *engine.DB, pairs map[string]string, err error) error {
	if db != nil {
		if m := db.Metrics(); m.OutOfRoom || m.Poisoned || m.CompactionsRunning > 0 {
			err = errors.Join(err, wrong("the metrics report: out of room %t, poisoned %t, running compactions %d", m.OutOfRoom, m.Poisoned, m.CompactionsRunning))
		}
		err = errors.Join(err, db.Close())
	}
	if err == nil && e.rots != "" {
		_, err = engine.Repair(storeDir, options(disk, true))
	}
	if err = errors.Join(err, allClosed(disk)); err == nil {
		err = holds(disk, storeDir, pairs)
	}
	if err == nil && e.makes == copyDir {
		err = holds(disk, copyDir, pairs)
	}
	return err
}

// made returns the names in the directory that the errand creates.
func (e *errand) made(disk *faultfs.FS) []string {
	if e.makes == "" {
		return nil
	}
	return append(names(disk, e.makes), names(disk, e.makes+"/files")...)
}
