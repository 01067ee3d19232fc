package backup

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/lightningdb/lightning-torture/engine/internal/corrupt"
	"github.com/lightningdb/lightning-torture/engine/internal/filename"
	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
)

// listVersion is the version of the format.
const listVersion = 1

// list is the list of a backup's files, the last of which is the marker.
type list struct {
	Version  int      `json:"version"`
	ID       uint64   `json:"id"`
	NewBytes int64    `json:"new_bytes"`
	Files    []listed `json:"files"`
}

type listed struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// stored returns the name of the file in the repository.
func (f listed) stored() string { return fmt.Sprintf("%s-%d-%s", f.Name, f.Bytes, f.SHA256) }

func (b *list) info() Info {
	i := Info{ID: b.ID, Files: len(b.Files), NewBytes: b.NewBytes}
	for _, f := range b.Files {
		i.Bytes += f.Bytes
	}
	return i
}

// impossible returns the reason why no backup can have written the list, or "". The checksum of a list proves only that
// it is whole, not who wrote it. Since its names are joined to paths, they must be names of a store's files, each
// listed once. The marker must be last, because a restore writes it last.
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
			return fmt.Sprintf("%s is entry %d of %d, but only the marker may be last", f.Name, i+1, len(b.Files))
		case f.Bytes < 0:
			return fmt.Sprintf("%s has %d bytes", f.Name, f.Bytes)
		case err != nil || len(sum) != 32 || hex.EncodeToString(sum) != f.SHA256:
			return fmt.Sprintf("%s has the SHA-256 %q", f.Name, f.SHA256)
		}
		seen[f.Name] = true
	}
	return ""
}

// parseList reads the list of backup id; at is its path, for errors.
func parseList(content []byte, at string, id uint64) (b list, err error) {
	body, sum, _ := bytes.Cut(content, []byte("\n}\n"))
	body = append(slices.Clip(body), "\n}\n"...)
	if string(sum) != listSum(body) {
		return b, corrupt.At(at, int64(len(body)), "the list is cut short or damaged")
	}
	var version struct{ Version int }
	if err := json.Unmarshal(body, &version); err == nil && version.Version > listVersion {
		return b, fmt.Errorf("%w: %s was written by a newer engine: version %d, this engine reads up to %d", manifest.ErrVersion,
			filepath.Base(at), version.Version, listVersion)
	}
	if err := json.Unmarshal(body, &b); err != nil || b.ID != id || len(b.Files) == 0 {
		return list{}, corrupt.At(at, 0, "not the list of backup %d: %v", id, err)
	}
	if why := b.impossible(); why != "" {
		return list{}, corrupt.At(at, 0, "invalid list: %s", why)
	}
	return b, nil
}

// text returns the list as parseList reads it.
func (b *list) text() ([]byte, error) {
	body, err := json.MarshalIndent(b, "", " ")
	if err != nil {
		return nil, err
	}
	body = append(body, '\n')
	return append(body, listSum(body)...), nil
}

// listSum returns the last line of a list, its checksum.
func listSum(body []byte) string {
	return fmt.Sprintf("%08x\n", crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)))
}

func backupName(id uint64) string { return fmt.Sprintf("%s%06d%s", backupPrefix, id, backupSuffix) }

func parseBackupName(name string) (id uint64, ok bool) {
	digits, found := strings.CutPrefix(name, backupPrefix)
	digits, isList := strings.CutSuffix(digits, backupSuffix)
	id, err := strconv.ParseUint(digits, 10, 64)
	return id, found && isList && err == nil && id <= manifest.NumMax && backupName(id) == name
}
