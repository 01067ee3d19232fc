package blocklog

import "fmt"

// Kind is the kind of a request.
type Kind uint8

// The kinds of requests. A discard and a request to write zeros are both a Punch.
const (
	Write Kind = iota
	Punch
	Flush
)

// Op is one request to a block device.
type Op struct {
	Kind Kind
	Off  int64  // bytes
	Len  int64  // bytes; the length of Data for a Write
	Data []byte // the bytes of a Write
}

// Log is a list of requests, oldest first.
type Log []Op

// String returns the request without its bytes, such as "write 4096@8192".
func (o Op) String() string {
	switch o.Kind {
	case Write:
		return fmt.Sprintf("write %d@%d", o.Len, o.Off)
	case Punch:
		return fmt.Sprintf("punch %d@%d", o.Len, o.Off)
	default:
		return "flush"
	}
}
