package record

import (
	"errors"

	"github.com/lightningdb/lightning-torture/faultfs"
)

// preparedDir is the name that the lab gives to the directory of the store. The engine has it as StoreDir, so the trace tells
// who made it.
const preparedDir = "/" + StoreDir

// prepare makes the directory of the store and makes that durable, as whoever installs an engine does that does not.
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

// prepared returns how many operations at the beginning of the trace are those of prepare.
func (r *Recording) prepared() int {
	const operations = 2 // the new directory and the sync above it
	if len(r.Trace) < operations || r.Trace[0].Kind != faultfs.OpCreate || r.Trace[0].Path != preparedDir {
		return 0
	}
	return operations
}
