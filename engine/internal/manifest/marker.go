package manifest

import (
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"

	"github.com/lightningdb/lightning-torture/engine/internal/key"
)

// NumMax is the largest number of a file of a store. A name with a larger number does not belong to a store, so
// counting on from numbers found in a directory or a manifest never overflows.
const NumMax = 1 << 62

// SeqMax is the largest sequence number accepted in a manifest. It leaves as many again for commits to come.
const SeqMax = key.MaxSeq / 2

// Limits on what the engine writes to these files. A manifest contains two keys for each table.
const (
	FileBytesMax   = 1 << 30
	MarkerBytesMax = 256
)

// Marker selects the current manifest, unless a valid marker with a higher number exists.
type Marker struct{ Num, Manifest uint64 }

// FileName returns the name of the manifest with that number.
func FileName(num uint64) string { return fmt.Sprintf("MANIFEST-%06d", num) }

// Name returns the name of the marker's file.
func (m Marker) Name() string { return fmt.Sprintf("marker.%06d.%s", m.Num, FileName(m.Manifest)) }

// Content returns the content that the marker's file must have to be valid.
func (m Marker) Content() []byte {
	name := m.Name()
	return fmt.Appendf(nil, "%s\n%08x\n", name, crc32.Checksum([]byte(name), crc32.MakeTable(crc32.Castagnoli)))
}

// ParseMarker returns the marker with this file name.
func ParseMarker(name string) (m Marker, ok bool) {
	num, manifest, found := strings.Cut(strings.TrimPrefix(name, "marker."), ".")
	if !found {
		return m, false
	}
	m.Num, _ = strconv.ParseUint(num, 10, 64)
	m.Manifest, _ = ParseFileName(manifest)
	return m, m.Name() == name && m.Num <= NumMax && m.Manifest <= NumMax
}

// ParseFileName returns the number of the manifest with this file name.
func ParseFileName(name string) (num uint64, ok bool) {
	num, err := strconv.ParseUint(strings.TrimPrefix(name, "MANIFEST-"), 10, 64)
	return num, err == nil && FileName(num) == name && num <= NumMax
}
