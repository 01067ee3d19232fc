package replica

import (
	"encoding/binary"
	"fmt"

	"github.com/lightningdb/lightning-torture/engine"
)

// Limits on commands, in bytes.
const (
	KeyBytesMax     = engine.KeyBytesMax - prefixBytes - 1
	CommandBytesMax = 8 << 20
	writesMax       = 1 << 16
)

// ClientID identifies a client. It must never be reused, so draw it at random.
type ClientID [16]byte

// Command is a client's request: if every condition holds, all writes are applied; otherwise none is.
type Command struct {
	Client ClientID
	// Number counts the client's commands from 1. A command with the number of the client's last one is a repetition of it:
	// it has no further effect and the same outcome. A smaller number has the outcome Old. A client must not have more than
	// one command in flight.
	Number uint64
	If     []Condition
	Then   []Write
}

// Condition requires that Key has the value Value, or does not exist.
type Condition struct {
	Key    []byte
	Value  []byte
	Absent bool // the key must not exist; Value is ignored
}

// Write sets Key to Value, or deletes it.
type Write struct {
	Key    []byte
	Value  []byte
	Delete bool
}

// commandVersion is the first byte of an encoded command.
const commandVersion = 1

// Encode returns the encoding of a command that Propose takes: version, client, number, then the conditions and the writes,
// each list preceded by its length. The error is ErrTooLarge or ErrCommand.
func (c *Command) Encode() ([]byte, error) {
	if c.Number == 0 {
		return nil, fmt.Errorf("%w: Command.Number is 0; count from 1", ErrCommand)
	}
	b := append([]byte{commandVersion}, c.Client[:]...)
	b = binary.AppendUvarint(b, c.Number)
	b = binary.AppendUvarint(b, uint64(len(c.If)))
	for _, i := range c.If {
		b = appendPair(b, i.Absent, i.Key, i.Value)
	}
	b = binary.AppendUvarint(b, uint64(len(c.Then)))
	for _, w := range c.Then {
		b = appendPair(b, w.Delete, w.Key, w.Value)
	}
	if _, err := decodeCommand(b); err != nil {
		return nil, err
	}
	return b, nil
}

// appendPair appends a key and, unless none is set, its value.
func appendPair(b []byte, none bool, key, value []byte) []byte {
	if none {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	b = binary.AppendUvarint(b, uint64(len(key)))
	b = append(b, key...)
	if none {
		return b
	}
	b = binary.AppendUvarint(b, uint64(len(value)))
	return append(b, value...)
}

// decodeCommand parses a command. The bytes may come from another node, so no length is trusted.
func decodeCommand(b []byte) (*Command, error) {
	if len(b) > CommandBytesMax {
		return nil, fmt.Errorf("%w: command of %d bytes; at most %d are allowed", ErrTooLarge, len(b), CommandBytesMax)
	}
	d := decoder{rest: b}
	c := &Command{}
	version := d.bytes(1)
	copy(c.Client[:], d.bytes(uint64(len(c.Client))))
	c.Number = d.number()
	for range d.count() {
		none, key, value := d.pair()
		c.If = append(c.If, Condition{Key: key, Value: value, Absent: none})
	}
	for range d.count() {
		none, key, value := d.pair()
		c.Then = append(c.Then, Write{Key: key, Value: value, Delete: none})
	}
	switch {
	case d.failed || len(d.rest) > 0 || version[0] != commandVersion || c.Number == 0:
		return nil, ErrCommand
	case d.longKey:
		return nil, fmt.Errorf("%w: command with a key of more than %d bytes", ErrTooLarge, KeyBytesMax)
	}
	return c, nil
}

// decoder reads the parts of a command. Once something is missing or malformed, failed is set and every part reads as zero.
type decoder struct {
	rest            []byte
	failed, longKey bool
}

func (d *decoder) bytes(n uint64) []byte {
	if d.failed = d.failed || n > uint64(len(d.rest)); d.failed {
		return make([]byte, min(n, 16))
	}
	b := d.rest[:n:n]
	d.rest = d.rest[n:]
	return b
}

func (d *decoder) number() uint64 {
	v, n := binary.Uvarint(d.rest)
	if d.failed = d.failed || n <= 0; d.failed {
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

// count reads the number of conditions or writes. Each takes at least one byte of what follows, which bounds the number.
func (d *decoder) count() uint64 {
	n := d.number()
	if d.failed = d.failed || n > writesMax || n > uint64(len(d.rest)); d.failed {
		return 0
	}
	return n
}

func (d *decoder) pair() (none bool, key, value []byte) {
	kind := d.bytes(1)[0]
	d.failed = d.failed || kind > 1
	key = d.bytes(d.number())
	d.longKey = d.longKey || len(key) > KeyBytesMax
	if kind == 1 {
		return true, key, nil
	}
	return false, key, d.bytes(d.number())
}
