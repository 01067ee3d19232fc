package wire

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/lightningdb/lightning-torture/workloads/internal/jsonlimit"
)

// ErrMessage is wrapped by the errors of Decode: the message is malformed or too large.
var ErrMessage = errors.New("fleet: invalid message")

// The limits of messages.
const (
	MessageBytesMax  = 900 << 10 // bytes of any message; the broker's own limit is 1 MiB
	EvidenceBytesMax = 64 << 20  // bytes of the evidence of one finding
	FindingsMax      = 64        // findings of a cell; torture.Check has the same limit
	lapMax           = 1 << 40
	cellMax          = 1 << 20
	textMax          = 4096 // bytes of a name, a sentence or a token
	listMax          = 1024 // entries of a list or a map
)

var jsonLimits = jsonlimit.Limits{Bytes: MessageBytesMax, Elements: 4 * listMax, Values: 16 * listMax, Depth: 8}

// message is implemented by everything that Decode reads.
type message interface{ Validate() error }

// Encode returns the JSON of a message. The error wraps ErrMessage if it is too large.
func Encode(m any) ([]byte, error) {
	text, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	if len(text) > MessageBytesMax {
		return nil, fmt.Errorf("%w: %d bytes; at most %d are allowed", ErrMessage, len(text), MessageBytesMax)
	}
	return text, nil
}

// Decode decodes and validates a message from another process. The error wraps ErrMessage.
func Decode(text []byte, into message) error {
	if len(text) > MessageBytesMax {
		return fmt.Errorf("%w: %d bytes; at most %d are allowed", ErrMessage, len(text), MessageBytesMax)
	}
	if _, err := jsonlimit.NewMeter(jsonLimits).Write(text); err != nil {
		return fmt.Errorf("%w: %w", ErrMessage, err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%w: %w", ErrMessage, err)
	}
	if err := into.Validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrMessage, err)
	}
	return nil
}

// short refuses texts that are too long.
func short(texts ...string) error {
	for _, t := range texts {
		if len(t) > textMax {
			return fmt.Errorf("text of %d bytes; at most %d are allowed", len(t), textMax)
		}
	}
	return nil
}

// place refuses numbers that no cell can have.
func place(lap, cell int) error {
	if lap < 0 || lap > lapMax || cell < 0 || cell > cellMax {
		return fmt.Errorf("cell %d of lap %d: out of range", cell, lap)
	}
	return nil
}
