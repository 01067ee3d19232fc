package mount

import (
	"strings"
	"sync"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fuse"
)

// The hidden directory of acknowledgements and its files, with inode numbers that no faultfs uses.
const (
	hiddenDir    = 0xfffffff0
	hiddenAck    = 0xfffffff1
	hiddenStdout = 0xfffffff2
)

// hidden returns the node of a hidden name, or 0 if the name is not hidden.
func (n *nodes) hidden(node uint64, name string) uint64 {
	at := node &^ (1<<inoBits - 1)
	switch ino := node & (1<<inoBits - 1); {
	case ino == 1 && name == ".torture":
		n.mu.Lock()
		defer n.mu.Unlock()
		if s := n.slots[node>>inoBits]; s != nil && s.Ack != nil {
			return at | hiddenDir
		}
	case ino == hiddenDir && name == "ack":
		return at | hiddenAck
	case ino == hiddenDir && name == "stdout":
		return at | hiddenStdout
	}
	return 0
}

// hiddenIno returns the inode of a hidden node, or 0 if the node is not hidden.
func hiddenIno(node uint64) uint64 {
	if ino := node & (1<<inoBits - 1); ino >= hiddenDir {
		return ino
	}
	return 0
}

// hiddenAttr describes a node if it is hidden, and reports whether it is. Hidden files always look empty.
func hiddenAttr(node uint64, out *fuse.Attr) bool {
	ino := hiddenIno(node)
	if ino == 0 {
		return false
	}
	out.Ino, out.Nlink, out.Mode = node, 1, syscall.S_IFREG|0o666
	if ino == hiddenDir {
		out.Nlink, out.Mode = 2, syscall.S_IFDIR|0o777
	}
	return true
}

// acknowledge passes on the lines of a write.
func (n *nodes) acknowledge(node, ino uint64, data []byte) (uint32, fuse.Status) {
	n.mu.Lock()
	s := n.slots[node>>inoBits]
	n.mu.Unlock()
	if s == nil {
		return 0, stale
	}
	if ino == hiddenAck {
		s.ack.write(data)
	} else {
		s.stdout.write(data)
	}
	return uint32(len(data)), fuse.OK
}

// lines splits what is written into lines.
type lines struct {
	to   func(line string) // may be nil
	mu   sync.Mutex
	rest strings.Builder
}

// maxLineBytes is where a line without a newline is cut.
const maxLineBytes = 64 << 10

func (l *lines) write(data []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, b := range data {
		if b != '\n' && l.rest.Len() < maxLineBytes {
			l.rest.WriteByte(b)
			continue
		}
		if l.to != nil {
			l.to(l.rest.String())
		}
		l.rest.Reset()
	}
}
