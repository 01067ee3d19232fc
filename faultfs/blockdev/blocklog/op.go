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

// CheckRequests rejects logs that no disk of the given size could have recorded.
func (l Log) CheckRequests(diskBytes int64) error {
	for i, op := range l {
		switch {
		case op.Kind > Flush:
			return fmt.Errorf("%w: request %d is of unknown kind %d", ErrForged, i, op.Kind)
		case op.Off < 0 || op.Len < 0 || op.Len > diskBytes || op.Off > diskBytes-op.Len:
			return fmt.Errorf("%w: request %d, %s, is not on the disk", ErrForged, i, op)
		case op.Kind == Write && op.Len != int64(len(op.Data)):
			return fmt.Errorf("%w: request %d, %s, has %d bytes", ErrForged, i, op, len(op.Data))
		}
	}
	return nil
}

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
