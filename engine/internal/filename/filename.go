package filename

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
)

// Names without a number.
const (
	Lock = "LOCK"
	Lost = "lost" // the directory where Repair puts what it replaced
)

// The ends of numbered names.
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

// Parse returns the number of a log, table or blob file name.
func Parse(name, suffix string) (num uint64, ok bool) {
	digits, found := strings.CutSuffix(name, suffix)
	if !found || len(digits) < 6 || len(digits) > 6 && digits[0] == '0' {
		return 0, false
	}
	num, err := strconv.ParseUint(digits, 10, 64)
	return num, err == nil && num <= manifest.NumMax
}

// IsStoreFile reports whether a file of a store may have the name: it is that of a log, table, blob file, manifest or
// marker. Such a name never leads out of a directory.
func IsStoreFile(name string) bool {
	_, ok := numberOf(name)
	return ok
}

// numberOf returns the number in the name of a file of a store: in that of a marker, the manifest's.
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

// Files are the files in the directory of a store, by kind.
type Files struct {
	Logs, Tables, Blobs, Manifests []uint64

	Markers []manifest.Marker
	Foreign []string // names that do not belong to a store
}

// Sort sorts names by kind, and each kind by number; markers newest first.
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

// CountsFrom returns the first number that no file has or had, if the files are those of a store that would have given
// this number to its next one. ahead is the name of a file that no store can have made then, or "": sessions make few files
// before they announce the next number. Counting on from it would end soon.
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

// Highest returns the highest number of any file but a marker, or 0.
func (f *Files) Highest() (num uint64) {
	for _, nums := range [...][]uint64{f.Tables, f.Logs, f.Blobs, f.Manifests} { // each in ascending order
		if n := len(nums); n > 0 {
			num = max(num, nums[n-1])
		}
	}
	return num
}

// aheadMax is how far the number of a file may be ahead of the next number in the manifest.
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

// Have reports whether all tables and blob files that a state lists are there.
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

// MissingLogs returns the logs that a state says were closed and that are not there.
func (f *Files) MissingLogs(s *manifest.State) (missing []manifest.LogEnd) {
	for _, l := range s.LogEnds {
		if !slices.Contains(f.Logs, l.Num) {
			missing = append(missing, l)
		}
	}
	return missing
}
