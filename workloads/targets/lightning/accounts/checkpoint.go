package accounts

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/afero"
)

// Checkpointed compares what was said of the last checkpoint with the files in its directory. The file that makes it a store is not
// counted.
func Checkpointed(fsys afero.Fs, dir string, book *Book) error {
	all := book.tally().checkpoints
	if len(all) == 0 {
		return fmt.Errorf("%w: nothing was said of the checkpoint in %s", ErrWrong, dir)
	}
	said, files, bytes := all[len(all)-1], 0, int64(0)
	infos, err := afero.ReadDir(fsys, dir)
	for _, i := range infos {
		if !strings.HasPrefix(i.Name(), "marker.") && i.Name() != "LOCK" {
			files, bytes = files+1, bytes+i.Size()
		}
	}
	return errors.Join(err,
		differ("directory of the checkpoint", filepath.Clean(said.Dir), filepath.Clean(dir)),
		differ("files of the checkpoint", said.Files, files),
		differ("bytes of the checkpoint are at least those that were copied", bytes >= said.CopiedBytes && said.CopiedBytes > 0, true),
	)
}
