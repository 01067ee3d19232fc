package blob

import "encoding/binary"

// HeaderSum returns the checksum that the header of a file should have.
func HeaderSum(num uint64, b []byte) []byte {
	return binary.LittleEndian.AppendUint32(nil, checksum(num, 0, b))
}
