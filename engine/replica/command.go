package replica

import (
	"encoding/binary"
	"fmt"

	"github.com/lightningdb/lightning-torture/engine"
)

// Limits of what clients propose.
const (
	KeyBytesMax     = engine.KeyBytesMax - prefixBytes - 1
	CommandBytesMax = 8 << 20
	writesMax       = 1 << 16
)

// ClientID names a client among all that ever were: draw it at random.
type ClientID [16]byte

// Command is what a client wants done: all of it, or nothing.
type Command struct {
	Client ClientID
	// Number counts the commands of the client from 1 on. One with the number of its last command is that command, sent again: it
	// has no effect and the same result. Smaller numbers are refused. A client has one command under way.
	Number uint64
	If     []Condition // what must hold
	Then   []Write     // what is done if all of it does
}

// Condition says what a key must hold.
type Condition struct {
	Key    []byte
	Value  []byte
	Absent bool // it must hold nothing; Value is not looked at
}

// Write is a change of a key.
type Write struct {
	Key    []byte
	Value  []byte
	Delete bool
}

// commandVersion is the first byte of a command.
const commandVersion = 1

// Encode returns the bytes of a command, for Propose: version, client, number, and the conditions and writes with their
// lengths. The error is ErrTooLarge or ErrCommand.
func (c *Command) Encode() ([]byte, error) {
	if c.Number == 0 {
		return nil, fmt.Errorf("%w: its number is 0; count from 1", ErrCommand)
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

// appendPair appends a key, and its value unless it has none.
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

// decodeCommand reads a command. It comes from another node, so every length is checked against what is there.
func decodeCommand(b []byte) (*Command, error) {
	if len(b) > CommandBytesMax {
		return nil, fmt.Errorf("%w: a command of %d bytes; %d are allowed", ErrTooLarge, len(b), CommandBytesMax)
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
		return nil, fmt.Errorf("%w: a key has more than %d bytes", ErrTooLarge, KeyBytesMax)
	}
	return c, nil
}

// decoder reads the parts of a command. After something that is not there it returns zeros.
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

// count returns a number of conditions or writes, each of which takes two bytes at least.
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
