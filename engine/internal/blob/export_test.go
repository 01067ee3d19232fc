package blob

import "encoding/binary"

// HeaderSum returns the checksum of the header of a file, as it stands there.
func HeaderSum(num uint64, b []byte) []byte {
	return binary.LittleEndian.AppendUint32(nil, checksum(num, 0, b))
}
