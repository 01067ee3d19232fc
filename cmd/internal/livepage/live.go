package livepage

import (
	"bytes"
	"io"
	"sync"

	"github.com/lightningdb/lightning-torture/reports/soaks"
	"github.com/lightningdb/lightning-torture/workloads/soak"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

// Live is the page of a running soak. It is safe for concurrent use.
type Live struct {
	status func() soak.Status
	binary string
	over   chan struct{} // closed when the soak has ended

	mu struct {
		sync.Mutex
		trends  soaks.Trends
		readers int
	}
}

// New returns a page that has seen no events. Binary is how the command is called, for lines to paste.
func New(binary string) *Live { return &Live{binary: binary, over: make(chan struct{})} }

// Event adds an event of the ledger. Events must come in order. It is soak.Options.Event.
func (l *Live) Event(e *ledger.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mu.trends.Add(e)
}

// Follow sets the source of the status. It must be called before the page is served.
func (l *Live) Follow(status func() soak.Status) { l.status = status }

// End says that nothing more will come. It must be called only once.
func (l *Live) End() { close(l.over) }

// page returns the current page in one of the forms of package soaks.
func (l *Live) page(form func(io.Writer, *soaks.Soak) error) ([]byte, error) {
	now := l.status()
	l.mu.Lock()
	defer l.mu.Unlock()
	var b bytes.Buffer
	err := form(&b, &soaks.Soak{Status: now, Trends: l.mu.trends, Binary: l.binary})
	return b.Bytes(), err
}
