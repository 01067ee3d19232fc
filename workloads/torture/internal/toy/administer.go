package toy

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
)

// administration returns what the toy offers besides an open store.
func administration(bug Bug) contract.Administration {
	return contract.Administration{
		OpenReadOnly: func(env contract.Env) (workloads.Store, error) { return openReadOnly(env, bug) },
		Restore: func(env contract.Env, repository string, number uint64) error {
			data, err := readLog(contract.Env{FS: env.FS, Dir: fmt.Sprintf("%s/%d", repository, number)})
			if err == nil && data == nil {
				err = fmt.Errorf("no backup %d in %s", number, repository)
			}
			if err != nil {
				return err
			}
			return makeStore(env, data, bug)
		},
	}
}

// locker is implemented by filesystems with locks. Without one, the toy cannot refuse a second Open.
type locker interface {
	Lock(name string) (io.Closer, error)
}

// lock locks a directory.
func lock(env contract.Env, bug Bug) (io.Closer, error) {
	l, ok := env.FS.(locker)
	if !ok || bug == LetsOthersIn {
		return io.NopCloser(nil), nil
	}
	held, err := l.Lock(env.Dir + "/lock")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", workloads.ErrLocked, err)
	}
	return held, nil
}

var errReadOnly = fmt.Errorf("%w: opened read-only", workloads.ErrRefused)

func openReadOnly(env contract.Env, bug Bug) (workloads.Store, error) {
	if bug == TrimsReadOnly {
		s, err := Open(env, bug)
		if err != nil {
			return nil, err
		}
		s.broken = errReadOnly
		return s, nil
	}
	if _, err := env.FS.Stat(env.Dir + "/log"); err != nil {
		return nil, err
	}
	data, err := readLog(env)
	if err != nil {
		return nil, err
	}
	t := &Store{bug: bug, pairs: map[string][]byte{}, broken: errReadOnly}
	t.replay(data)
	return t, nil
}

// Checkpoint creates an independent store in dir, with all pairs in one record.
func (t *Store) Checkpoint(dir string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.broken != nil {
		return fmt.Errorf("%w: %w", workloads.ErrRefused, t.broken)
	}
	var writes []history.Write
	for _, k := range slices.Sorted(maps.Keys(t.pairs)) {
		writes = append(writes, history.Write{Key: []byte(k), Value: t.pairs[k]})
	}
	if n := len(writes); t.bug == CopiesTooLittle && n > 0 {
		writes = writes[:n-1]
	}
	return makeStore(contract.Env{FS: t.env.FS, Dir: dir}, recordOf(encode(writes), history.Sync), t.bug)
}

// Backup adds a backup to a repository. A backup is a store in a directory named by its number.
func (t *Store) Backup(repository string) (uint64, error) {
	names, err := namesIn(t.env.FS, repository)
	if err != nil {
		if err := errors.Join(t.env.FS.Mkdir(repository, 0o777), SyncDir(t.env.FS, "/")); err != nil {
			return 0, err
		}
	}
	number := uint64(len(names) + 1)
	return number, t.Checkpoint(fmt.Sprintf("%s/%d", repository, number))
}

// makeStore creates a store with the given log, durably: the log is synced before it gets its name.
func makeStore(env contract.Env, log []byte, bug Bug) error {
	t := &Store{bug: bug}
	if err := t.create(env); err != nil {
		return err
	}
	if bug == CopiesUnsynced {
		f, err := env.FS.Create(env.Dir + "/log")
		if err == nil {
			_, err = f.Write(log)
		}
		return errors.Join(err, f.Close(), SyncDir(env.FS, env.Dir))
	}
	return t.renew(env, log)
}
