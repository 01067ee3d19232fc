package native

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads/program"
)

// Copies is a program.Way that searches an existing recording by copying its images to directories. It cannot record.
type Copies struct {
	Spec Spec
	Dir  string // where copies are made, preferably in memory; the caller removes it
	Rec  *program.Recording

	mu   sync.Mutex
	dump *Dump // shared by all recoverers
}

var errNoRecording = errors.New("native: copies need a recording")

// Record returns the existing recording.
func (c *Copies) Record(context.Context) (*program.Recording, error) {
	if c.Rec == nil {
		return nil, errNoRecording
	}
	return c.Rec, nil
}

// passable is the mode of the directories above a store. Some servers refuse to run as root and must reach the store as another
// user.
const passable = 0o711

// Recoverer returns a recoverer with a directory of its own.
func (c *Copies) Recoverer(worker int) (program.Recoverer, error) {
	dir, err := os.MkdirTemp(c.Dir, "worker"+strconv.Itoa(worker)+"-")
	if err == nil {
		err = os.Chmod(dir, passable)
	}
	if err != nil {
		return nil, fmt.Errorf("native: %w", err)
	}
	j, err := NewJudge(&c.Spec, dir)
	if err == nil {
		j.Dump, err = c.dumping()
	}
	return &copier{Judge: j, dir: dir, rec: c.Rec}, err
}

// dumping returns the dump that judges the copies, or nil if a checker does.
func (c *Copies) dumping() (_ *Dump, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.Spec.Dump) > 0 && c.dump == nil {
		c.dump, err = NewDump(&c.Spec, c.Rec, c.Dir)
	}
	return c.dump, err
}

// copier recovers copies of images.
type copier struct {
	*Judge
	dir string
	rec *program.Recording
	n   int
}

func (c *copier) Observes() bool { return false }

// Recover copies an image and has the checker recover the copy.
func (c *copier) Recover(ctx context.Context, img *faultfs.FS, acked []program.Ack) (program.Answer, error) {
	c.n++
	at := filepath.Join(c.dir, "image"+strconv.Itoa(c.n))
	if err := program.Visit(img, &copying{at: at, modes: c.rec.Modes}); err != nil {
		return program.Answer{}, fmt.Errorf("native: copy an image: %w", err)
	}
	a, err := c.Ask(ctx, at, acked)
	return a, errors.Join(err, os.RemoveAll(at))
}

func (c *copier) Close() error { return errors.Join(c.Judge.Close(), os.RemoveAll(c.dir)) }

// copying is a program.Visitor that copies what it visits to a directory.
type copying struct {
	at    string
	modes map[faultfs.Ino]program.Mode
}

func (c *copying) path(path string) string { return filepath.Join(c.at, filepath.FromSlash(path)) }

func (c *copying) Dir(path string, ino faultfs.Ino) error {
	if err := os.Mkdir(c.path(path), 0o755); err != nil {
		return err
	}
	return c.chmod(path, ino)
}

func (c *copying) Symlink(path, target string) error { return os.Symlink(target, c.path(path)) }
func (c *copying) Link(path, first string) error     { return os.Link(c.path(first), c.path(path)) }

func (c *copying) Xattr(path, name string, value []byte) error {
	if err := lsetxattr(c.path(path), name, value); err != nil {
		return fmt.Errorf("set the extended attribute %s of %s: %w", name, path, err)
	}
	return nil
}

func (c *copying) File(path string, ino faultfs.Ino, size int64, pieces iter.Seq2[int64, []byte]) error {
	f, err := os.OpenFile(c.path(path), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	end := int64(0)
	for off, piece := range pieces {
		if _, err = f.WriteAt(piece, off); err != nil {
			break
		}
		end = off + int64(len(piece))
	}
	if err == nil && end < size {
		err = f.Truncate(size)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return c.chmod(path, ino)
}

// chmod gives a copy the recorded permissions and, if this user is root, the recorded owner.
func (c *copying) chmod(path string, ino faultfs.Ino) error {
	m, known := c.modes[ino]
	if !known {
		return nil
	}
	if os.Geteuid() == 0 && (m.UID != 0 || m.GID != 0) {
		if err := os.Chown(c.path(path), int(m.UID), int(m.GID)); err != nil {
			return err
		}
	}
	return os.Chmod(c.path(path), os.FileMode(m.Perm&0o777))
}
