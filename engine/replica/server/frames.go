package server

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// What is on a connection from one node to another: a greeting, then frames. A frame is its length, four bytes in big-endian
// order, and as many bytes. The greeting is a frame, too: version, purpose, sender and receiver, the length of the group's name, two
// bytes, that name, and the address at which the sender is reached: a node that joins knows few addresses yet.
const (
	version = 1

	forMessages = 'm' // messages follow, in the encoding of raft
	forSnapshot = 's' // the message that announces a snapshot follows, and its chunks; one byte comes back once it was taken over

	frameBytesMax    = 64 << 20
	greetingBytesMax = 1 << 10
)

var errFrame = errors.New("server: not a connection of a node")

// greeting begins a connection.
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
		return nil, fmt.Errorf("%w: a greeting that this version does not know", errFrame)
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
		return nil, fmt.Errorf("%w: a frame of %d bytes; %d are allowed", errFrame, n, limit)
	}
	b := make([]byte, 0, min(n, 64<<10)) // no size is believed before the bytes are there
	for len(b) < int(n) {
		part := min(int(n)-len(b), 1<<20)
		b = append(b, make([]byte, part)...)
		if _, err := io.ReadFull(from, b[len(b)-part:]); err != nil {
			return nil, err
		}
	}
	return b, nil
}
