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
	for _, suffix := range [...]string{LogSuffix, TableSuffix, BlobSuffix} {
		if _, ok := Parse(name, suffix); ok {
			return true
		}
	}
	if _, ok := manifest.ParseFileName(name); ok {
		return true
	}
	_, ok := manifest.ParseMarker(name)
	return ok
}

// Files are the files in the directory of a store, by kind.
type Files struct {
	Logs, Tables, Blobs, Manifests []uint64

	Markers []manifest.Marker
	Foreign []string // names that do not belong to a store
	Max     uint64   // the largest number
}

// Sort sorts names by kind, and each kind by number; markers newest first.
func Sort(names []string) *Files {
	f := &Files{}
	for _, name := range names {
		if num, ok := Parse(name, LogSuffix); ok {
			f.Logs, f.Max = append(f.Logs, num), max(f.Max, num)
		} else if num, ok := Parse(name, TableSuffix); ok {
			f.Tables, f.Max = append(f.Tables, num), max(f.Max, num)
		} else if num, ok := Parse(name, BlobSuffix); ok {
			f.Blobs, f.Max = append(f.Blobs, num), max(f.Max, num)
		} else if num, ok := manifest.ParseFileName(name); ok {
			f.Manifests, f.Max = append(f.Manifests, num), max(f.Max, num)
		} else if m, ok := manifest.ParseMarker(name); ok {
			f.Markers, f.Max = append(f.Markers, m), max(f.Max, m.Manifest)
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
