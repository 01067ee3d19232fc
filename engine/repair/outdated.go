package repair

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
	"github.com/lightningdb/lightning-torture/engine/internal/wal"
)

// outdated returns the reason why a readable manifest must have lost its last edits, or "" if nothing shows that. A
// manifest that ends early looks like one to which nothing was added. But files named by the lost edits are then in the
// directory, and files that those edits made obsolete are not.
func (r *repairer) outdated(s *manifest.State, mentioned map[uint64]bool) (string, error) {
	if len(s.LogEnds) > 0 {
		return "", nil // Close recorded its end
	}
	unknown := slices.DeleteFunc(slices.Clone(r.files.Tables), func(num uint64) bool { return mentioned[num] })
	if len(unknown) > 0 && !r.files.Have(s) {
		return fmt.Sprintf("files that it names are missing, and it does not name %s, which exists", filename.Table(unknown[0])), nil
	}
	for _, num := range r.files.Logs {
		if num < s.LogFloor {
			continue
		}
		content, err := r.store.Dir.ReadFile(filename.Log(num), wal.LogBytesMax)
		if errors.Is(err, corrupt.Err) {
			continue
		}
		if err != nil {
			return "", err
		}
		log := wal.NewReader(content, filename.Log(num), num)
		if _, err := log.Next(); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, corrupt.Err) {
			return "", err
		}
		if before := log.Before().Num; before > 0 && before >= s.LogFloor && !slices.Contains(r.files.Logs, before) {
			return fmt.Sprintf("%s is missing, although %s follows it and no edit made it obsolete",
				filename.Log(before), filename.Log(num)), nil
		}
	}
	return "", nil
}
