package provoked

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"syscall"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// errand is work on a store that is open, or on its files.
type errand struct {
	name  string
	do    func(ctx context.Context, db *engine.DB, o engine.Options) error
	files bool   // the store is closed
	makes string // the directory that it makes
	opens bool   // it takes no context
	parts bool   // it may have done a part of its work, which stays; what it does is not seen in the names of files
}

var errands = []errand{
	{name: "Open", files: true, opens: true, parts: true, do: func(_ context.Context, _ *engine.DB, o engine.Options) error {
		db, err := engine.Open(storeDir, o)
		if err != nil {
			return err
		}
		return db.Close()
	}},
	{name: "Compact", parts: true, do: func(ctx context.Context, db *engine.DB, _ engine.Options) error { return db.CompactContext(ctx) }},
	{name: "Verify", do: func(ctx context.Context, db *engine.DB, _ engine.Options) error { return db.VerifyContext(ctx) }},
	{name: "Checkpoint", makes: copyDir, do: func(ctx context.Context, db *engine.DB, _ engine.Options) error {
		return db.CheckpointContext(ctx, copyDir)
	}},
	{name: "Backup", makes: repoDir, do: func(ctx context.Context, db *engine.DB, _ engine.Options) error {
		_, err := engine.BackupContext(ctx, db, repoDir)
		return err
	}},
	{name: "Restore", files: true, makes: copyDir, do: func(ctx context.Context, _ *engine.DB, o engine.Options) error {
		_, err := engine.RestoreContext(ctx, repoDir, 0, copyDir, o)
		return err
	}},
	{name: "VerifyBackups", files: true, do: func(ctx context.Context, _ *engine.DB, o engine.Options) error {
		return engine.VerifyBackupsContext(ctx, repoDir, o)
	}},
	{name: "VerifyDir", files: true, do: func(ctx context.Context, _ *engine.DB, o engine.Options) error {
		_, err := engine.VerifyDirContext(ctx, storeDir, o)
		return err
	}},
}

// ending is what ends an errand at one of its calls.
type ending struct {
	name string
	want error
	// at arranges that the errand ends at a call; undo takes that back.
	at      func(disk *faultfs.FS, c call) (ctx context.Context, undo func())
	applies func(e *errand, c call) bool
	cleans  bool // nothing of what was being made is left
}

// call is the n-th call of a kind that an errand makes, for a kind of file.
type call struct {
	op    faultfs.OpKind
	files string // a pattern
	n     uint64
}

// kinds are patterns of the files of a store, and of those of a backup. Other names stand for themselves.
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

// calls returns the first and the last of the calls of each kind that an errand makes on a disk.
func (e *errand) calls(disk *faultfs.FS, pairs map[string]string) (some []call, err error) {
	var all []call // with how many of each there are
	counting := ending{at: func(disk *faultfs.FS, _ call) (context.Context, func()) {
		disk.Watch(func(op faultfs.OpKind, name, _ string) {
			i := slices.IndexFunc(all, func(c call) bool { return c.op == op && c.files == kindOf(name) })
			if i < 0 {
				i, all = len(all), append(all, call{op: op, files: kindOf(name)})
			}
			all[i].n++
		})
		return context.Background(), func() { disk.Watch(nil) }
	}}
	err = e.on(disk, pairs, &counting, call{})
	for _, c := range all {
		for _, n := range slices.Compact([]uint64{1, c.n}) {
			some = append(some, call{c.op, c.files, n})
		}
	}
	return some, err
}

func reads(op faultfs.OpKind) bool {
	return op == faultfs.OpOpen || op == faultfs.OpRead || op == faultfs.OpList
}

var endings = []ending{
	{
		name: "the context is done", want: context.Canceled, cleans: true, applies: func(e *errand, _ call) bool { return !e.opens },
		at: func(disk *faultfs.FS, c call) (context.Context, func()) {
			ctx, stop := context.WithCancel(context.Background())
			disk.Watch(func(op faultfs.OpKind, name, _ string) {
				if op != c.op || kindOf(name) != c.files {
					return
				}
				if c.n--; c.n == 0 {
					stop()
				}
			})
			return ctx, func() { disk.Watch(nil); stop() }
		},
	},
	{
		name: "the disk is full", want: engine.ErrNoRoom,
		applies: func(e *errand, c call) bool { // others write what a store must have room for
			return e.parts && !e.opens && (c.op == faultfs.OpCreate || c.op == faultfs.OpWrite) && (c.files == "*.sst*" || c.files == "*.blob*")
		},
		at: func(disk *faultfs.FS, c call) (context.Context, func()) {
			disk.SetRules(&faultfs.Rule{Effect: faultfs.ENOSPC, Op: c.op, Glob: c.files, From: c.n})
			return context.Background(), func() { disk.SetRules() }
		},
	},
	{
		name: "a read fails", want: syscall.EIO, applies: func(e *errand, c call) bool { return e.files && reads(c.op) },
		at: func(disk *faultfs.FS, c call) (context.Context, func()) {
			disk.SetRules(&faultfs.Rule{Effect: faultfs.EIO, Op: c.op, Glob: c.files, Nth: c.n})
			return context.Background(), func() { disk.SetRules() }
		},
	},
}

// Ended ends each errand at several of its calls: it says why it has ended, leaves nothing behind that was being made, nothing open,
// and a store that is whole and goes on. Then the errand can be done.
func Ended() error {
	disk, pairs, err := filled(40)
	if err == nil {
		err = backedUp(disk)
	}
	if err != nil {
		return err
	}
	for i := range errands {
		e := &errands[i]
		calls, err := e.calls(after(disk, faultfs.LoseNone()), pairs)
		if err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		for _, c := range calls {
			if err := e.at(disk, pairs, c); err != nil {
				return fmt.Errorf("%s, at %v %d of %s: %w", e.name, c.op, c.n, c.files, err)
			}
		}
	}
	return nil
}

// at ends an errand at a call in every way.
func (e *errand) at(disk *faultfs.FS, pairs map[string]string, c call) error {
	for i := range endings {
		if how := &endings[i]; how.applies(e, c) {
			if err := e.on(after(disk, faultfs.LoseNone()), pairs, how, c); err != nil {
				return fmt.Errorf("%s: %w", how.name, err)
			}
		}
	}
	return nil
}

// backedUp makes a backup of the store on a disk, after which it changes.
func backedUp(disk *faultfs.FS) error {
	db, err := engine.Open(storeDir, options(disk, true))
	if err != nil {
		return err
	}
	_, err = engine.Backup(db, repoDir)
	return errors.Join(err, db.Close())
}

// on does an errand on a disk of its own: it ends at a call, and then it is done.
func (e *errand) on(disk *faultfs.FS, pairs map[string]string, how *ending, c call) error {
	o := options(disk, true)
	var db *engine.DB
	if !e.files {
		var err error
		if db, err = engine.Open(storeDir, o); err != nil {
			return err
		}
	}
	again, err := e.ended(disk, db, pairs, how, c)
	if again && err == nil {
		err = e.do(context.Background(), db, o)
	}
	if errors.Is(err, errHangs) {
		return err
	}
	return e.closed(disk, db, pairs, err)
}

// ended does an errand that ends at a call, and reports whether there is a reason to do it again.
func (e *errand) ended(disk *faultfs.FS, db *engine.DB, pairs map[string]string, how *ending, c call) (again bool, err error) {
	stored, made := names(disk, storeDir), e.made(disk)
	ctx, undo := how.at(disk, c)
	ended := e.do(ctx, db, options(disk, true))
	if ended != nil && !errors.Is(ended, how.want) {
		err = wrong("it should return %w, and returns %w", how.want, ended)
	}
	if db != nil && err == nil {
		err = ends(func() error { return shows(db, pairs) }) // while it lasts
	}
	undo()
	if ended == nil {
		return e.makes == "", err
	}
	for _, name := range disk.OpenFiles() {
		if _, failed := disk.Stat(name); failed != nil {
			err = errors.Join(err, wrong("%s is removed, and still open", name))
		}
	}
	switch left := e.made(disk); {
	case how.cleans && !slices.Equal(left, made):
		err = errors.Join(err, wrong("it leaves %q of what it was making", left))
	case e.makes == copyDir:
		err = errors.Join(err, disk.RemoveAll(copyDir)) // what is left after a failure is in nobody's way
	}
	if now := names(disk, storeDir); !e.parts && !slices.Equal(now, stored) {
		err = errors.Join(err, wrong("the store had the files %q, and now %q", stored, now))
	}
	return true, err
}

// closed closes the store, if it is open, and looks at what there is.
func (e *errand) closed(disk *faultfs.FS, db *engine.DB, pairs map[string]string, err error) error {
	if db != nil {
		if m := db.Metrics(); m.OutOfRoom || m.Poisoned || m.CompactionsRunning > 0 {
			err = errors.Join(err, wrong("the metrics say that there is no room: %t, that the store is poisoned: %t, and that %d compactions run", m.OutOfRoom, m.Poisoned, m.CompactionsRunning))
		}
		err = errors.Join(err, db.Close())
	}
	if err = errors.Join(err, letGo(disk)); err == nil {
		err = holds(disk, storeDir, pairs)
	}
	if err == nil && e.makes == copyDir {
		err = holds(disk, copyDir, pairs)
	}
	return err
}

// made returns the names of what is in the directory that the errand makes.
func (e *errand) made(disk *faultfs.FS) []string {
	if e.makes == "" {
		return nil
	}
	return append(names(disk, e.makes), names(disk, e.makes+"/files")...)
}
