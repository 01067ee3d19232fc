package record

import (
	"errors"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// preparedDir is the path under which the lab makes the directory of the store. The engine sees it as StoreDir, so the
// trace shows who made it.
const preparedDir = "/" + StoreDir

// prepare makes the directory of the store and makes it durable, as an installer would for an engine that does not do
// so itself.
func prepare(fs *faultfs.FS) {
	err := fs.Mkdir(preparedDir, 0o777)
	root, missing := fs.Open("/")
	if err = errors.Join(err, missing); err == nil {
		err = errors.Join(root.Sync(), root.Close())
	}
	if err != nil {
		panic("record: a new disk without faults makes no directory: " + err.Error())
	}
}

// prepared returns the number of operations of prepare at the beginning of the trace.
func (r *Recording) prepared() int {
	const operations = 2 // mkdir, and a sync of the parent directory
	if len(r.Trace) < operations || r.Trace[0].Kind != faultfs.OpCreate || r.Trace[0].Path != preparedDir {
		return 0
	}
	return operations
}
