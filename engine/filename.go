package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/lightningdb/lightning-torture/engine/internal/manifest"
)

const (
	lockName    = "LOCK"
	logSuffix   = ".log"
	tableSuffix = ".sst"
	lostName    = "lost" // the directory where Repair puts what it replaced
)

func logName(num uint64) string   { return fmt.Sprintf("%06d%s", num, logSuffix) }
func tableName(num uint64) string { return fmt.Sprintf("%06d%s", num, tableSuffix) }

// parseNumbered returns the number of a log or table file name.
func parseNumbered(name, suffix string) (num uint64, ok bool) {
	digits, found := strings.CutSuffix(name, suffix)
	if !found || len(digits) < 6 || len(digits) > 6 && digits[0] == '0' {
		return 0, false
	}
	num, err := strconv.ParseUint(digits, 10, 64)
	return num, err == nil
}

// files are the names in the directory of a store, sorted by what they are.
type files struct {
	logs, tables, manifests []uint64
	markers                 []manifest.Marker
	foreign                 []string
	hollow                  []uint64 // live logs of no bytes
	severed                 []uint64 // live logs behind a gap
	max                     uint64   // the largest number
}

func sortFiles(names []string) *files {
	f := &files{}
	for _, name := range names {
		if num, ok := parseNumbered(name, logSuffix); ok {
			f.logs, f.max = append(f.logs, num), max(f.max, num)
		} else if num, ok := parseNumbered(name, tableSuffix); ok {
			f.tables, f.max = append(f.tables, num), max(f.max, num)
		} else if num, ok := manifest.ParseFileName(name); ok {
			f.manifests, f.max = append(f.manifests, num), max(f.max, num)
		} else if m, ok := manifest.ParseMarker(name); ok {
			f.markers, f.max = append(f.markers, m), max(f.max, m.Manifest)
		} else if name != lockName && name != lostName {
			f.foreign = append(f.foreign, name)
		}
	}
	slices.Sort(f.logs)
	slices.Sort(f.tables)
	slices.Sort(f.manifests)
	slices.Sort(f.foreign)
	slices.SortFunc(f.markers, func(a, b manifest.Marker) int { return int(b.Num) - int(a.Num) })
	return f
}
