package litmus

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// Linker is implemented by filesystems with hard links.
type Linker = faultfs.Linker

// Faulty is implemented by filesystems whose disk can be made to fail.
type Faulty interface {
	// FailSync calls sync, which syncs the named file, while the disk refuses what is written to that file.
	FailSync(name string, sync func() error) error
	// Evict drops a file from memory, so that the next read finds what the disk has in place. A power cut finds the
	// same, or what a journal still has.
	Evict(name string) error
}

// Setup prepares the disk on which the program starts: it runs the steps of the setup and syncs every file and
// directory. The filesystem must be empty.
func (p *Program) Setup(fs afero.Fs) error {
	if _, err := perform(fs, p.Before); err != nil {
		return fmt.Errorf("%s: setup: %w", p.ID, err)
	}
	if err := syncAll(fs); err != nil {
		return fmt.Errorf("%s: setup: %w", p.ID, err)
	}
	return nil
}

// Run runs the program on a disk prepared by Setup and returns its observations, one word for each observing step.
// Files still open at the end are then closed, which is after the point of the power cut.
//
// Links, exchanges, symbolic links and disk errors need a filesystem that implements Linker, faultfs.Exchanger,
// afero.Linker or Faulty; otherwise the error is ErrUnsupported.
func (p *Program) Run(fs afero.Fs) (seen []string, err error) {
	seen, err = perform(fs, p.Steps)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.ID, err)
	}
	return seen, nil
}

// Outcome returns the notation of an outcome: what the program saw, and what was on the disk after the power cut.
func Outcome(seen []string, state string) string {
	if len(seen) == 0 {
		return state
	}
	return strings.Join(seen, " ") + " | " + state
}

// run is a running program.
type run struct {
	fs      afero.Fs
	handles map[string]afero.File // open files, by the name with which they were opened
	seen    []string
}

func perform(fs afero.Fs, steps []Step) (seen []string, err error) {
	r := &run{fs: fs, handles: map[string]afero.File{}}
	defer func() {
		for _, name := range slices.Sorted(maps.Keys(r.handles)) {
			err = errors.Join(err, r.handles[name].Close())
		}
	}()
	for _, s := range steps {
		if err := actions[s.Verb](r, s); err != nil {
			return nil, fmt.Errorf("line %d: %s: %w", s.Line, s.Verb, err)
		}
	}
	return r.seen, nil
}

// actions maps verbs to what their steps do.
var actions = map[string]func(*run, Step) error{
	"create":       func(r *run, s Step) error { return r.open(s.Name, os.O_RDWR|os.O_CREATE|os.O_TRUNC) },
	"open":         func(r *run, s Step) error { return r.open(s.Name, os.O_RDWR) },
	"open-sync":    func(r *run, s Step) error { return r.open(s.Name, os.O_RDWR|os.O_SYNC) },
	"close":        (*run).close,
	"write":        func(r *run, s Step) error { return r.write(s, s.Off) },
	"append":       (*run).append,
	"truncate":     func(r *run, s Step) error { return r.handles[s.Name].Truncate(s.Len) },
	"fsync":        func(r *run, s Step) error { return r.handles[s.Name].Sync() },
	"fdatasync":    func(r *run, s Step) error { return syncData(r.handles[s.Name]) },
	"fsync-dir":    func(r *run, s Step) error { return syncPath(r.fs, s.Name) },
	"mkdir":        func(r *run, s Step) error { return r.fs.Mkdir(s.Name, 0o777) },
	"rmdir":        func(r *run, s Step) error { return r.fs.Remove(s.Name) },
	"unlink":       func(r *run, s Step) error { return r.fs.Remove(s.Name) },
	"rename":       func(r *run, s Step) error { return r.fs.Rename(s.Name, s.To) },
	"exchange":     (*run).exchange,
	"link":         (*run).link,
	"symlink":      (*run).symlink,
	"failed-fsync": (*run).failedSync,
	"try-fsync":    func(r *run, s Step) error { return r.observeSync(r.handles[s.Name].Sync()) },
	"read":         (*run).read,
	"evict":        (*run).evict,
}

func (r *run) open(name string, flag int) error {
	f, err := r.fs.OpenFile(name, flag, 0o666)
	if err == nil {
		r.handles[name] = f
	}
	return err
}

func (r *run) close(s Step) error {
	f := r.handles[s.Name]
	delete(r.handles, s.Name)
	return f.Close()
}

func (r *run) write(s Step, off int64) error {
	_, err := r.handles[s.Name].WriteAt([]byte(strings.Repeat(string(s.Letter), int(s.Len))), off)
	return err
}

func (r *run) append(s Step) error {
	end, err := r.handles[s.Name].Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	return r.write(s, end)
}

func (r *run) exchange(s Step) error {
	fs, ok := r.fs.(faultfs.Exchanger)
	if !ok {
		return fmt.Errorf("%w: exchanges", ErrUnsupported)
	}
	return fs.Exchange(s.Name, s.To)
}

func (r *run) link(s Step) error {
	fs, ok := r.fs.(Linker)
	if !ok {
		return fmt.Errorf("%w: hard links", ErrUnsupported)
	}
	return fs.Link(s.Name, s.To)
}

func (r *run) symlink(s Step) error {
	fs, ok := r.fs.(afero.Linker)
	if !ok {
		return fmt.Errorf("%w: symbolic links", ErrUnsupported)
	}
	return fs.SymlinkIfPossible(s.To, s.Name)
}

func (r *run) faulty() (Faulty, error) {
	if fs, ok := r.fs.(Faulty); ok {
		return fs, nil
	}
	return nil, fmt.Errorf("%w: a disk that fails", ErrUnsupported)
}

func (r *run) failedSync(s Step) error {
	fs, err := r.faulty()
	if err != nil {
		return err
	}
	return r.observeSync(fs.FailSync(s.Name, r.handles[s.Name].Sync))
}

// observeSync records what a sync returned. Only success and EIO are outcomes; any other error ends the program.
func (r *run) observeSync(err error) error {
	switch {
	case err == nil:
		r.seen = append(r.seen, "fsync:ok")
	case errors.Is(err, syscall.EIO):
		r.seen = append(r.seen, "fsync:EIO")
	default:
		return err
	}
	return nil
}

func (r *run) read(s Step) error {
	b, err := readAll(r.handles[s.Name])
	r.seen = append(r.seen, "read:"+runs(b))
	return err
}

func (r *run) evict(s Step) error {
	fs, err := r.faulty()
	if err != nil {
		return err
	}
	return fs.Evict(s.Name)
}

// syncData calls fdatasync if there is one, and fsync otherwise.
func syncData(f afero.File) error {
	if d, ok := f.(faultfs.DataSyncer); ok {
		return d.SyncData()
	}
	return f.Sync()
}
