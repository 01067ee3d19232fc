package crash

import (
	"bytes"

	"github.com/lightningdb/lightning-torture/faultfs/disk"
)

// garbage is what the disk shows where a write did not arrive or arrived only in part. It consists of a byte that
// programs rarely write.
var garbage = bytes.Repeat([]byte{'#'}, disk.PageBytes)

// zeros is what the system writes beyond the end of a file, or into a hole, when it writes the block.
var zeros = make([]byte, disk.PageBytes)

// tears returns the lengths of the pieces, except the last, in which n bytes reach a disk that tears: the first byte,
// the rest of the first half, and the second half without its last byte.
func tears(n int) (lengths []int) {
	at := 0
	for _, next := range []int{1, n / 2, n - 1} {
		if next > at && next < n {
			lengths, at = append(lengths, next-at), next
		}
	}
	return lengths
}
