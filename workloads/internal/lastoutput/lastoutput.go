package lastoutput

import "sync"

// Buffer is a writer that keeps at least the last Max bytes and never more than twice as many. The zero value keeps 16
// KiB. It is safe for concurrent use, such as by the goroutines that copy the output and the errors of one program.
type Buffer struct {
	Max int // set before the first Write; 0: 16 KiB

	mu   sync.Mutex
	text []byte
}

const defaultMax = 16 << 10

func (b *Buffer) max() int {
	if b.Max == 0 {
		return defaultMax
	}
	return b.Max
}

// Write takes all of p and never fails.
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.text = append(b.text, p...); len(b.text) > 2*b.max() {
		b.text = append(b.text[:0], b.text[len(b.text)-b.max():]...)
	}
	return len(p), nil
}

// String returns the last Max bytes, or everything if there is less.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.text[max(0, len(b.text)-b.max()):])
}
