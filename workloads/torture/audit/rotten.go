package audit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/lightningdb/lightning-torture/checker"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/workloads"
	"github.com/lightningdb/lightning-torture/workloads/appendlog"
	"github.com/lightningdb/lightning-torture/workloads/history"
	"github.com/lightningdb/lightning-torture/workloads/torture/contract"
	"github.com/lightningdb/lightning-torture/workloads/torture/record"
)

// Rotten audits the verification of an image in which something rotted.
func (a *Auditor) Rotten(im *Image) *checker.Violation {
	if path.Dir(im.Damaged) != record.StoreDir {
		return a.rottenCopies(im)
	}
	env := a.env(im.fresh(), record.StoreDir)
	store, err := a.target.OpenStore(env)
	if err != nil {
		return a.refused(im, err)
	}
	state := &history.State{}
	readErr := workloads.ReadAll(store, state)
	if readErr == nil {
		readErr = everyWay(store, state)
	}
	verify, verifies := workloads.Offers[workloads.Verifier](store)
	if verifies {
		err = verify.Verify()
	}
	_ = store.Close() // it may meet the damage as well
	switch {
	case readErr != nil && !a.noticed(readErr):
		return violation("wrong read", "%s; reading the store does not report the damage: %v", im.Damage, readErr)
	case !verifies:
		return nil
	case err == nil && readErr != nil:
		return violation("verify is blind", "%s; reading the store returns %q, but verifying it finds nothing", im.Damage, readErr)
	case err != nil && !a.noticed(err):
		return violation("verify fails", "%s; verifying the store fails with an error that does not report the damage: %v", im.Damage, err)
	}
	return nil // NB: if both are nil, the search judges what the store shows
}

// Gone audits the verification of an image in which a file is missing. The store may then legitimately be an earlier or an
// empty one; but if opening or reading it reports damage, verification must not pass.
func (a *Auditor) Gone(im *Image) *checker.Violation {
	if path.Dir(im.Damaged) != record.StoreDir {
		return nil
	}
	store, err := a.target.OpenStore(a.env(im.fresh(), record.StoreDir))
	if err != nil {
		return a.refused(im, err)
	}
	readErr := workloads.ReadAll(store, &history.State{})
	if v, ok := workloads.Offers[workloads.Verifier](store); ok {
		err = v.Verify()
	}
	_ = store.Close() // it may miss the file as well
	if err == nil && isCorrupt(readErr) {
		return violation("verify is blind", "%s; reading the store returns %q, but verifying it finds nothing", im.Damage, readErr)
	}
	return nil
}

// Named audits the verification of a store that does not open because of further damage. A file with a flipped bit must
// still be named if it was named before: whoever has to rescue such a store depends on a complete list.
func (a *Auditor) Named(im *Image, effect faultfs.Effect) *checker.Violation {
	verify, file := a.target.Administration.VerifyFiles, path.Base(im.Damaged)
	logs := slices.Concat(a.target.LogGlobs, a.target.ProvenLogGlobs) // without a manifest, where they end is unknown
	if verify == nil || effect != faultfs.BitFlip || !im.due(failsNamed) || contract.Matches(logs, file) || contract.Matches(a.target.AppendGlobs, file) {
		return nil
	}
	before := verify(a.env(im.fresh(), record.StoreDir))
	if !isCorrupt(before) || !strings.Contains(before.Error(), file) {
		return nil
	}
	disk := im.fresh()
	for _, name := range namesIn(disk) {
		if contract.Matches(a.target.AppendGlobs, name) {
			_ = disk.Remove(path.Join(record.StoreDir, name))
		}
	}
	if after := verify(a.env(disk, record.StoreDir)); !a.noticed(after) || !strings.Contains(after.Error(), file) {
		return violation("verify is blind", "%s; verifying the files returns %q, but if %s are missing too, only %v",
			im.Damage, before, strings.Join(a.target.AppendGlobs, ", "), after)
	}
	return nil
}

// namesIn returns the names of the files of the store on a disk.
func namesIn(disk *faultfs.FS) (names []string) {
	dir, err := disk.Open(record.StoreDir)
	if err != nil {
		return nil
	}
	names, _ = dir.Readdirnames(0) // names that cannot be listed count as absent
	_ = dir.Close()
	return names
}

// refused audits the verification of a store that does not open.
func (a *Auditor) refused(im *Image, err error) *checker.Violation {
	verify := a.target.Administration.VerifyFiles
	if verify == nil || !isCorrupt(err) {
		return nil
	}
	disk := im.fresh()
	before := len(disk.Trace())
	found := verify(a.env(disk, record.StoreDir))
	for _, op := range disk.Trace()[before:] {
		if op.Changes() {
			return violation("verify changes", "verifying a rotten store changed the disk: %s %s", op.Kind, op.Path)
		}
	}
	if !a.noticed(found) {
		return violation("verify is blind", "%s; the store refuses to open (%v), but verifying its files returns %v", im.Damage, err, found)
	}
	return nil
}

// misread is the error for a store that shows something other than its scan did when it is read in another way.
type misread struct{ what string }

func (m *misread) Error() string { return m.what }

// noticed reports whether an error says that the store has noticed damage. If the target promises ReportsCorruption, only
// workloads.ErrCorrupt says so, otherwise any error of the store's own. The errors that the lab makes of wrong results do not
// count.
func (a *Auditor) noticed(err error) bool {
	var wrong *misread
	var gap *appendlog.Gap
	if err == nil || errors.As(err, &wrong) || errors.As(err, &gap) {
		return false
	}
	return isCorrupt(err) || !a.target.Promises.ReportsCorruption
}

// everyWay reads every key of a state by itself and as a stream, and all of them backward. It returns an error of the store,
// or a *misread.
func everyWay(store workloads.Store, state *history.State) error {
	streamer, streams := store.(workloads.Streamer)
	var keys [][]byte
	for key, value := range state.All() {
		keys = append(keys, key)
		got, found, err := store.Get(bytes.Clone(key))
		if err == nil && streams && found && bytes.Equal(got, value) {
			got, found, err = streamed(streamer, key)
		}
		if err != nil {
			return err
		}
		if !found || !bytes.Equal(got, value) {
			return &misread{fmt.Sprintf("%q is %s by itself, and %.40q in a scan", key, result(got, found), value)}
		}
	}
	maker, ok := store.(workloads.CursorMaker)
	if !ok {
		return nil
	}
	return backward(maker, keys)
}

func streamed(store workloads.Streamer, key []byte) (value []byte, found bool, err error) {
	r, found, err := store.OpenValue(bytes.Clone(key))
	if err != nil || !found {
		return nil, found, err
	}
	value, err = io.ReadAll(r)
	return value, true, errors.Join(err, r.Close())
}

// backward walks through all keys from the last to the first.
func backward(store workloads.CursorMaker, keys [][]byte) error {
	c, err := store.NewCursor(workloads.Bounds{})
	if err != nil {
		return err
	}
	n := len(keys)
	for ok := c.Last(); ok && err == nil; ok = c.Prev() {
		if n--; n < 0 || !bytes.Equal(c.Key(), keys[n]) {
			err = &misread{fmt.Sprintf("a scan backward shows %q out of turn", c.Key())}
		}
	}
	if err == nil && c.Error() == nil && n != 0 {
		err = &misread{fmt.Sprintf("a scan backward misses %d keys", n)}
	}
	return errors.Join(c.Error(), err, c.Close())
}
