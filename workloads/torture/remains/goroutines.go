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

// label is the key of the profiler label that identifies the goroutines of a piece of work.
const label = "lightning-torture work"

var works atomic.Uint64

// work is a piece of work whose goroutines are watched.
type work struct{ mark string }

// watch calls do. All goroutines that do starts, directly or indirectly, belong to the work; the calling one does until watch
// returns.
func watch(do func(work)) work {
	id := strconv.FormatUint(works.Add(1), 10)
	w := work{mark: strconv.Quote(label) + ":" + strconv.Quote(id)}
	pprof.Do(context.Background(), pprof.Labels(label, id), func(context.Context) { do(w) })
	return w
}

// yields is how often the scheduler is called to let others run.
const yields = 64

// letOthersRun yields so that all runnable goroutines get a turn.
func letOthersRun() {
	for range yields {
		runtime.Gosched()
	}
}

// count returns the current number of goroutines of the work.
func (w work) count() (n int) {
	for _, count := range w.now(func(group string) string { count, _, _ := strings.Cut(group, " "); return count }) {
		some, err := strconv.Atoi(count)
		if err == nil {
			n += some
		}
	}
	return n
}

// most returns the most frequent stack among the work's goroutines.
func (w work) most() (stack string) {
	most := 0
	for _, group := range w.now(func(group string) string { return group }) {
		count, _, _ := strings.Cut(group, " ")
		if n, err := strconv.Atoi(count); err == nil && n > most {
			most, stack = n, readable(group)
		}
	}
	return stack
}

// now applies of to the profile text of each current group of goroutines with the same stack, and returns the results.
func (w work) now(of func(group string) string) (all []string) {
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

// readable returns the stack of a group of goroutines as text: functions with their places, innermost first.
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
