package filename

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
)

// The names without a number.
const (
	Lock = "LOCK"
	Lost = "lost" // directory to which Repair moves what it replaced
)

// The suffixes of numbered names.
const (
	LogSuffix   = ".log"
	TableSuffix = ".sst"
	BlobSuffix  = ".blob"
)

// Log returns the name of a log.
func Log(num uint64) string { return fmt.Sprintf("%06d%s", num, LogSuffix) }

// Table returns the name of a table.
func Table(num uint64) string { return fmt.Sprintf("%06d%s", num, TableSuffix) }

// Blob returns the name of a blob file.
func Blob(num uint64) string { return fmt.Sprintf("%06d%s", num, BlobSuffix) }

// Parse returns the number in the name of a log, table or blob file with the given suffix.
func Parse(name, suffix string) (num uint64, ok bool) {
	digits, found := strings.CutSuffix(name, suffix)
	if !found || len(digits) < 6 || len(digits) > 6 && digits[0] == '0' {
		return 0, false
	}
	num, err := strconv.ParseUint(digits, 10, 64)
	return num, err == nil && num <= manifest.NumMax
}

// IsStoreFile reports whether a name can be that of a log, table, blob file, manifest or marker. Such a name never
// leads out of a directory.
func IsStoreFile(name string) bool {
	_, ok := numberOf(name)
	return ok
}

// numberOf returns the number in the name of a store's file: for a marker, that of the manifest.
func numberOf(name string) (num uint64, ok bool) {
	for _, suffix := range [...]string{LogSuffix, TableSuffix, BlobSuffix} {
		if num, ok = Parse(name, suffix); ok {
			return num, true
		}
	}
	if num, ok = manifest.ParseFileName(name); ok {
		return num, true
	}
	m, ok := manifest.ParseMarker(name)
	return m.Manifest, ok
}

// Files lists the files in the directory of a store by kind.
type Files struct {
	Logs, Tables, Blobs, Manifests []uint64

	Markers []manifest.Marker
	Foreign []string // names that do not belong to a store
}

// Sort sorts names by kind, and each kind by number, except markers, which come newest first.
func Sort(names []string) *Files {
	f := &Files{}
	for _, name := range names {
		if num, ok := Parse(name, LogSuffix); ok {
			f.Logs = append(f.Logs, num)
		} else if num, ok := Parse(name, TableSuffix); ok {
			f.Tables = append(f.Tables, num)
		} else if num, ok := Parse(name, BlobSuffix); ok {
			f.Blobs = append(f.Blobs, num)
		} else if num, ok := manifest.ParseFileName(name); ok {
			f.Manifests = append(f.Manifests, num)
		} else if m, ok := manifest.ParseMarker(name); ok {
			f.Markers = append(f.Markers, m)
		} else if name != Lock && name != Lost {
			f.Foreign = append(f.Foreign, name)
		}
	}
	slices.Sort(f.Logs)
	slices.Sort(f.Tables)
	slices.Sort(f.Blobs)
	slices.Sort(f.Manifests)
	slices.Sort(f.Foreign)
	slices.SortFunc(f.Markers, func(a, b manifest.Marker) int { return cmp.Compare(b.Num, a.Num) })
	return f
}

// CountsFrom returns the next file number: next, or one above the highest number in use if that is greater. ahead is
// the name of a file whose number is too far above next, or "" if there is none. A session records the next number
// again after it has created a few files, so no store can have made such a file, and counting on from it would soon
// exhaust the numbers.
func (f *Files) CountsFrom(next uint64) (num uint64, ahead string) {
	limit := next + aheadMax
	num = next
	for _, m := range f.Markers {
		if m.Manifest > limit {
			ahead = m.Name()
			continue
		}
		num = max(num, m.Manifest+1)
	}
	for _, kind := range [...]struct {
		nums []uint64 // in ascending order
		name func(uint64) string
	}{{f.Tables, Table}, {f.Logs, Log}, {f.Blobs, Blob}, {f.Manifests, manifest.FileName}} {
		for _, n := range kind.nums {
			if n > limit {
				ahead = kind.name(n)
				break
			}
			num = max(num, n+1)
		}
	}
	return num, ahead
}

// Highest returns the highest number of any file except markers, or 0.
func (f *Files) Highest() (num uint64) {
	for _, nums := range [...][]uint64{f.Tables, f.Logs, f.Blobs, f.Manifests} { // each in ascending order
		if n := len(nums); n > 0 {
			num = max(num, nums[n-1])
		}
	}
	return num
}

// aheadMax is the most by which a file's number may exceed the next file number in the manifest.
const aheadMax = 1 << 40

// Names returns the names of all files that are part of a store, in a fixed order.
func (f *Files) Names() []string {
	var names []string
	for _, num := range f.Tables {
		names = append(names, Table(num))
	}
	for _, num := range f.Logs {
		names = append(names, Log(num))
	}
	for _, num := range f.Blobs {
		names = append(names, Blob(num))
	}
	for _, num := range f.Manifests {
		names = append(names, manifest.FileName(num))
	}
	for _, m := range f.Markers {
		names = append(names, m.Name())
	}
	slices.Sort(names)
	return names
}

// Have reports whether all tables and blob files listed in a state exist.
func (f *Files) Have(s *manifest.State) bool {
	for _, level := range s.Levels {
		for _, t := range level {
			if !slices.Contains(f.Tables, t.Num) {
				return false
			}
		}
	}
	return !slices.ContainsFunc(s.BlobFiles, func(b manifest.BlobFile) bool { return !slices.Contains(f.Blobs, b.Num) })
}

// MissingLogs returns the logs that were closed according to a state but do not exist.
func (f *Files) MissingLogs(s *manifest.State) (missing []manifest.LogEnd) {
	for _, l := range s.LogEnds {
		if !slices.Contains(f.Logs, l.Num) {
			missing = append(missing, l)
		}
	}
	return missing
}
