package recorded

import (
	"bytes"
	"fmt"
	"slices"
)

// Format is the file format of a history.
type Format string

// The formats. FORMATS.md has examples.
const (
	EDN   Format = "edn"   // maps with :type, :process, :f and :value, as Jepsen and porcupine's test data have them
	JSON  Format = "json"  // the same as JSON objects, as elle-cli reads them
	Log   Format = "log"   // lines of process, type, function and value, as Jepsen logs them
	JSONL Format = "jsonl" // what package history writes
)

// Formats returns all formats.
func Formats() []Format { return []Format{EDN, JSON, Log, JSONL} }

// FormatNamed returns the format of that name.
func FormatNamed(name string) (Format, error) {
	if f := Format(name); slices.Contains(Formats(), f) {
		return f, nil
	}
	return "", fmt.Errorf("unknown format %q", name)
}

// formatOf determines the format of a file from its beginning.
func formatOf(head []byte) (Format, error) {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n,")
	switch {
	case len(text) == 0:
		return "", bad("it is empty")
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return "", bad("it is compressed; judge a saved finding with check, and unpack anything else first")
	case bytes.IndexByte(head, 0) >= 0:
		return "", bad("it is binary")
	case bytes.HasPrefix(text, []byte(`{"lightning_history"`)):
		return JSONL, nil
	case text[0] == '{' || text[0] == '[':
		if first := bytes.TrimLeft(text, "[{ \t\r\n,"); len(first) > 0 && first[0] == '"' {
			return JSON, nil
		}
		return EDN, nil
	case bytes.IndexByte([]byte("(;#"), text[0]) >= 0:
		return EDN, nil
	case isLog(text):
		return Log, nil
	}
	return "", bad("it is text whose beginning matches none of the known formats")
}

// isLog reports whether one of the first lines is an event of a log.
func isLog(head []byte) bool {
	for range 200 {
		line, rest, more := bytes.Cut(head, []byte{'\n'})
		if _, found := eventOf(line); found {
			return true
		}
		if head = rest; !more {
			return false
		}
	}
	return false
}
