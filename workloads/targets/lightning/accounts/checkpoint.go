package accounts

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/afero"
)

// Checkpointed compares the event of the last checkpoint with the files in the checkpoint's directory. The marker,
// which makes the directory a store, is not counted.
func Checkpointed(fsys afero.Fs, dir string, book *Book) error {
	all := book.tally().checkpoints
	if len(all) == 0 {
		return fmt.Errorf("%w: no event reported the checkpoint in %s", ErrWrong, dir)
	}
	reported, files, bytes := all[len(all)-1], 0, int64(0)
	infos, err := afero.ReadDir(fsys, dir)
	for _, i := range infos {
		if !strings.HasPrefix(i.Name(), "marker.") && i.Name() != "LOCK" {
			files, bytes = files+1, bytes+i.Size()
		}
	}
	return errors.Join(err,
		differ("directory of the checkpoint", filepath.Clean(reported.Dir), filepath.Clean(dir)),
		differ("files of the checkpoint", reported.Files, files),
		differ("bytes of the checkpoint are at least those that were copied", bytes >= reported.CopiedBytes && reported.CopiedBytes > 0, true),
	)
}
