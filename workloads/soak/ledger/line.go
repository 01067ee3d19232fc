package ledger

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
)

// maxLine is the maximum length of a line in bytes, including the newline.
const maxLine = 1 << 20

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// line is the stored form of an event.
type line struct {
	CRC   string          `json:"crc"`
	Event json.RawMessage `json:"event"`
}

// encode returns the line of an event, including the newline. The error is ErrTooLong.
func encode(e *Event) ([]byte, error) {
	event, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(line{checksum(event), event})
	if err != nil {
		return nil, err
	}
	if len(text)+1 > maxLine {
		return nil, fmt.Errorf("%w: %d bytes; a line has at most %d", ErrTooLong, len(text), maxLine)
	}
	return append(text, '\n'), nil
}

// decode returns the event of a line without newline, or what is wrong with the line.
func decode(text []byte) (e Event, wrong string) {
	var l line
	if err := json.Unmarshal(text, &l); err != nil {
		return e, "it is not a line of a ledger"
	}
	if sum := checksum(l.Event); l.CRC != sum {
		return e, fmt.Sprintf("its checksum is %q, but its event has %q", l.CRC, sum)
	}
	if err := json.Unmarshal(l.Event, &e); err != nil {
		return e, "its event cannot be read: " + err.Error()
	}
	return e, ""
}

func checksum(event []byte) string { return fmt.Sprintf("%08x", crc32.Checksum(event, castagnoli)) }
