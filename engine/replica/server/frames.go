package server

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A connection between nodes carries frames in one direction: a greeting, then frames that depend on its purpose. A frame is a
// length of four bytes, big-endian, followed by that many bytes. The greeting consists of
//
//	version  purpose  sender   receiver  length of group  group  address of the sender
//	1 byte   1 byte   8 bytes  8 bytes   2 bytes          ...    to the end of the frame
//
// The address lets a node that has just joined, and knows few addresses, connect back to the sender.
const (
	version = 1

	forMessages = 'm' // raft messages follow
	forSnapshot = 's' // the message announcing a snapshot follows, then its chunks; one byte comes back once raft has it

	frameBytesMax    = 64 << 20
	greetingBytesMax = 1 << 10
)

var errFrame = errors.New("server: connection refused")

// greeting is the first frame of a connection.
type greeting struct {
	purpose        byte
	from, to       uint64
	group, address string
}

func (g *greeting) bytes() []byte {
	b := binary.BigEndian.AppendUint64([]byte{version, g.purpose}, g.from)
	b = binary.BigEndian.AppendUint64(b, g.to)
	b = binary.BigEndian.AppendUint16(b, uint16(len(g.group)))
	return append(append(b, g.group...), g.address...)
}

func readGreeting(from io.Reader) (*greeting, error) {
	b, err := readFrame(from, greetingBytesMax)
	if err != nil {
		return nil, err
	}
	if len(b) < 20 || b[0] != version || b[1] != forMessages && b[1] != forSnapshot || len(b) < 20+int(binary.BigEndian.Uint16(b[18:])) {
		return nil, fmt.Errorf("%w: malformed greeting, or of another version", errFrame)
	}
	name := 20 + int(binary.BigEndian.Uint16(b[18:]))
	return &greeting{
		purpose: b[1], from: binary.BigEndian.Uint64(b[2:]), to: binary.BigEndian.Uint64(b[10:]), group: string(b[20:name]), address: string(b[name:]),
	}, nil
}

func frame(content []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(content))), content...)
}

func readFrame(from io.Reader, limit int) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(from, head[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > uint32(limit) {
		return nil, fmt.Errorf("%w: frame of %d bytes; at most %d are allowed", errFrame, n, limit)
	}
	b := make([]byte, 0, min(n, 64<<10)) // do not trust a length before its bytes have arrived
	for len(b) < int(n) {
		part := min(int(n)-len(b), 1<<20)
		b = append(b, make([]byte, part)...)
		if _, err := io.ReadFull(from, b[len(b)-part:]); err != nil {
			return nil, err
		}
	}
	return b, nil
}
