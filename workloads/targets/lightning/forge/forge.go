package forge

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Forgery is a store in which some files differ from what an engine wrote.
type Forgery struct {
	Name  string
	Files map[string][]byte // the forged files by name; nil if the file is missing
}

// Of returns the forgeries of a store, given the content of its files by name. The store must have been closed. It must
// have a manifest with a single edit, a log, a blob file, and tables that are not compressed.
func Of(files map[string][]byte) []Forgery {
	return slices.Concat(manifests(files), markers(files), logs(files), tables(files), blobs(files))
}

// Reduced returns the files of a store without most of its tables, and with a manifest that does not name those. The
// result still has every file that is forged, and takes little time to read.
func Reduced(files map[string][]byte) map[string][]byte {
	plain, ranged := forgeable(files)
	left := maps.Clone(files)
	left[manifestOf(files)] = changed(files, func(all []field) []field {
		for i := 0; i < len(all); i++ {
			if all[i].tag != tagTable {
				continue
			}
			name := fmt.Sprintf("%06d.sst", all[i].numbers[tableNumber])
			if name != plain && name != ranged {
				delete(left, name)
				all = slices.Delete(all, i, i+len(group(all, i)))
				i--
			}
		}
		return all
	})
	return left
}

// one returns the name and number of the first file with the given prefix and suffix.
func one(files map[string][]byte, prefix, suffix string) (name string, num uint64) {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if strings.HasPrefix(name, prefix) && strings.HasSuffix(name, suffix) {
			return name, number(name)
		}
	}
	panic("forge: the store has no file " + prefix + "*" + suffix)
}

// number returns the number in a file name.
func number(name string) uint64 {
	digits := strings.TrimPrefix(strings.TrimSuffix(name, path.Ext(name)), "MANIFEST-")
	num, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		panic(err) // only names of store files are passed
	}
	return num
}
