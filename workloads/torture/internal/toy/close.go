package toy

import (
	"errors"
	"fmt"

	"github.com/spf13/afero"
)

// Close syncs and closes the log and releases the lock.
func (t *Store) Close() (err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return errClosed
	}
	if t.log == nil { // opened read-only
		return nil
	}
	if t.bug == ForgetsAtClose && t.loose > 0 {
		err = t.log.Truncate(t.loose)
	}
	if t.broken == nil {
		err = errors.Join(err, t.log.Sync())
	} else if !errors.Is(t.broken, errReadOnly) {
		err = t.broken
	}
	t.closed, t.broken = true, errClosed
	err = errors.Join(err, t.giveBack())
	if t.bug == KeepsFileOpen {
		return errors.Join(err, t.lock.Close())
	}
	if t.bug == LeaksBySession {
		err = errors.Join(err, t.leaveFile())
	}
	return errors.Join(err, t.log.Close(), t.lock.Close())
}

// leaveFile creates another empty file.
func (t *Store) leaveFile() error {
	n, err := countFiles(t.env.FS, t.env.Dir)
	if err != nil {
		return err
	}
	f, err := t.env.FS.Create(fmt.Sprintf("%s/%d", t.env.Dir, n))
	if err != nil {
		return err
	}
	return f.Close()
}

func countFiles(fs afero.Fs, dir string) (int, error) {
	d, err := fs.Open(dir)
	if err != nil {
		return 0, err
	}
	infos, err := d.Readdir(0)
	return len(infos), errors.Join(err, d.Close())
}
