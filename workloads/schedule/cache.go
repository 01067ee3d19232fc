package schedule

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/tetratelabs/wazero"
)

// cachedPrograms is the number of compiled programs in a cache. Each is about as large as its module.
const cachedPrograms = 16

// UserCache returns the directory for compiled programs in the current user's cache, or "" if there is none.
func UserCache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "lightning-torture", "wasm")
}

// openCache opens the part of a cache that belongs to a module, and removes the least recently used parts. The
// directory of a module is touched at every use. NB: another process may remove the directory of a module that is being
// compiled; the module is then only compiled again next time.
func openCache(dir string, module []byte) (wazero.CompilationCache, error) {
	own := filepath.Join(dir, fmt.Sprintf("%x", sha256.Sum256(module)))
	if err := os.MkdirAll(own, 0o755); err != nil {
		return nil, err
	}
	touch := filepath.Join(own, "used")
	if err := os.WriteFile(touch, nil, 0o644); err != nil {
		return nil, err
	}
	if err := prune(dir); err != nil {
		return nil, err
	}
	return wazero.NewCompilationCacheWithDir(own)
}

// prune removes all but the most recently used programs of a cache.
func prune(dir string) error {
	marks, err := filepath.Glob(filepath.Join(dir, "*", "used"))
	if err != nil {
		return err
	}
	used := map[string]int64{}
	for _, mark := range marks {
		if info, err := os.Stat(mark); err == nil { // another process may have removed it
			used[mark] = info.ModTime().UnixNano()
		}
	}
	slices.SortFunc(marks, func(a, b string) int { return cmp.Compare(used[b], used[a]) })
	for _, mark := range marks[min(len(marks), cachedPrograms):] {
		if err := os.RemoveAll(filepath.Dir(mark)); err != nil {
			return err
		}
	}
	return nil
}
