package livepage

import (
	"bytes"
	"io"
	"sync"

	"github.com/lightningdb/lightning-torture/reports/soaks"
	"github.com/lightningdb/lightning-torture/workloads/soak"
	"github.com/lightningdb/lightning-torture/workloads/soak/ledger"
)

// Live is the page of a soak that goes on. It may be used by any number of goroutines.
type Live struct {
	status func() soak.Status
	binary string
	over   chan struct{} // closed: the soak has ended

	mu struct {
		sync.Mutex
		trends  soaks.Trends
		readers int
	}
}

// New returns a page that has seen no event. Binary is how the command is called, for lines to paste.
func New(binary string) *Live { return &Live{binary: binary, over: make(chan struct{})} }

// Event adds an event of the ledger, in order. It is soak.Options.Event.
func (l *Live) Event(e *ledger.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mu.trends.Add(e)
}

// Follow says where the status comes from; before that there is no page.
func (l *Live) Follow(status func() soak.Status) { l.status = status }

// End says that nothing further will come. It is called once.
func (l *Live) End() { close(l.over) }

// page returns the page as it is now, by one of the forms of package soaks.
func (l *Live) page(form func(io.Writer, *soaks.Soak) error) ([]byte, error) {
	now := l.status()
	l.mu.Lock()
	defer l.mu.Unlock()
	var b bytes.Buffer
	err := form(&b, &soaks.Soak{Status: now, Trends: l.mu.trends, Binary: l.binary})
	return b.Bytes(), err
}
