package remains

import (
	"bytes"
	"context"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync/atomic"
)

// label is the key of the label that tells the goroutines of one piece of work from all others.
const label = "lightning-torture work"

var works atomic.Uint64

// Work is a piece of work whose goroutines are watched.
type Work struct{ mark string }

// Watch calls do. Every goroutine that it starts, directly or not, counts as the work's, and so does the calling one meanwhile.
func Watch(do func(Work)) Work {
	id := strconv.FormatUint(works.Add(1), 10)
	w := Work{mark: strconv.Quote(label) + ":" + strconv.Quote(id)}
	pprof.Do(context.Background(), pprof.Labels(label, id), func(context.Context) { do(w) })
	return w
}

// yields is how often the scheduler is called to let others run.
const yields = 64

// letOthersRun lets all run that can.
func letOthersRun() {
	for range yields {
		runtime.Gosched()
	}
}

// Count returns how many goroutines of the work there are now.
func (w Work) Count() (n int) {
	for _, count := range w.now(func(group string) string { count, _, _ := strings.Cut(group, " "); return count }) {
		some, err := strconv.Atoi(count)
		if err == nil {
			n += some
		}
	}
	return n
}

// Most returns the stack that most of the work's goroutines have.
func (w Work) Most() (stack string) {
	most := 0
	for _, group := range w.now(func(group string) string { return group }) {
		count, _, _ := strings.Cut(group, " ")
		if n, err := strconv.Atoi(count); err == nil && n > most {
			most, stack = n, readable(group)
		}
	}
	return stack
}

// now returns something of each group of goroutines with the same stack that there are now.
func (w Work) now(of func(group string) string) (all []string) {
	var text bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&text, 1); err != nil {
		return nil
	}
	_, groups, _ := strings.Cut(text.String(), "\n") // the first line says how many there are
	for group := range strings.SplitSeq(groups, "\n\n") {
		if strings.Contains(group, w.mark) {
			all = append(all, of(strings.TrimLeft(group, "\n")))
		}
	}
	return all
}

// readable returns the functions of a group of goroutines, innermost first, with their places.
func readable(group string) string {
	var lines []string
	for line := range strings.SplitSeq(group, "\n") {
		if fields := strings.Split(line, "\t"); len(fields) >= 4 && fields[0] == "#" {
			name, _, _ := strings.Cut(strings.TrimSpace(fields[2]), "+0x")
			lines = append(lines, name+"\n  "+strings.TrimSpace(fields[len(fields)-1]))
		}
	}
	return strings.Join(lines, "\n")
}
