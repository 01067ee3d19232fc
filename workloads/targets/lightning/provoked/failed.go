package provoked

import (
	"fmt"
	"io"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/faultfs"
)

// failed makes calls of a session fail, each once: the first few and the last of each operation on each kind of file. The
// session opens a store, does some of everything and closes it. Whatever a failure does to the session, once the store is
// closed no file may be open. On a disk that works again the store must open and show every synced commit.
func failed() error {
	var all tallied
	healthy := newDisk()
	healthy.Watch(all.count)
	if err := failedSession(healthy); err != nil {
		return err
	}
	for _, c := range all.some() {
		rule := &faultfs.Rule{Effect: faultfs.EIO, Op: c.op, Glob: c.files, Nth: c.n}
		disk := newDisk()
		disk.SetRules(rule)
		if err := failedSession(disk); err != nil {
			return fmt.Errorf("%v %d of %s fails in a session: %w", c.op, c.n, c.files, err)
		}
	}
	return nil
}

// failedSession runs a session on an empty disk.
func failedSession(disk *faultfs.FS) error {
	s := session{pairs: map[string]string{}}
	o := options(disk, true)
	o.MaxOpenFiles = 4
	db, err := engine.Open(storeDir, o)
	if err == nil {
		s.run(db)
		_ = db.Close() // it may report the failure
	}
	disk.SetRules()
	disk.Watch(nil)
	if err := allClosed(disk); err != nil {
		return err
	}
	cut := cutSurvived(disk, faultfs.LoseAll(), s.pairs)
	return cut.Check()
}

// session does some of everything, and goes on after errors. It keeps the pairs that must be there afterwards.
type session struct{ pairs map[string]string }

func (s *session) run(db *engine.DB) {
	for i := range 30 {
		s.put(db, i, value(i))
	}
	it, err := db.NewIterator(engine.IterOptions{})
	if err == nil {
		it.First()
	}
	_ = db.Flush()
	s.put(db, 0, make([]byte, largeBytes))
	for i := range 10 {
		delete(s.pairs, string(key(20+i)))
	}
	_ = db.DeleteRange(key(20), key(30), engine.NoSync)
	_ = db.Checkpoint(copyDir)
	_, _ = engine.Backup(db, repoDir)
	_ = db.Compact()
	if r, err := db.GetReader(key(3)); err == nil {
		_, _ = io.ReadAll(r)
		_ = r.Close()
	}
	if err == nil {
		it.Last()
		_ = it.Value()
		_ = it.Close()
	}
	_ = db.Verify()
}

func (s *session) put(db *engine.DB, i int, v []byte) {
	k := string(key(i))
	delete(s.pairs, k) // it may be there or not, unless the commit succeeds
	if db.Put([]byte(k), v, engine.Sync) == nil {
		s.pairs[k] = string(v)
	}
}
