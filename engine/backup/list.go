package backup

import (
	"encoding/hex"
	"fmt"

	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
)

// impossible returns what shows that no backup wrote the list, or "". The checksum of a list proves only that it is whole,
// not who wrote it: its names are joined to paths, so they must be names of a store's files, each once, of which a restore
// writes the marker last.
func (b *list) impossible() string {
	seen := map[string]bool{}
	for i, f := range b.Files {
		_, marker := manifest.ParseMarker(f.Name)
		sum, err := hex.DecodeString(f.SHA256)
		switch {
		case !filename.IsStoreFile(f.Name):
			return fmt.Sprintf("%q is not the name of a file of a store", f.Name)
		case seen[f.Name]:
			return fmt.Sprintf("%s is listed twice", f.Name)
		case marker != (i == len(b.Files)-1):
			return fmt.Sprintf("%s is at place %d of %d, and the marker alone is last", f.Name, i+1, len(b.Files))
		case f.Bytes < 0:
			return fmt.Sprintf("%s has %d bytes", f.Name, f.Bytes)
		case err != nil || len(sum) != 32 || hex.EncodeToString(sum) != f.SHA256:
			return fmt.Sprintf("%s has the SHA-256 %q", f.Name, f.SHA256)
		}
		seen[f.Name] = true
	}
	return ""
}
