package bench

import (
	"fmt"
	"strings"
)

// task names a work and the number of goroutines that do it.
type task struct {
	Work       string
	Goroutines int
}

// job is what one process does: tasks that share a store.
type job struct {
	Engine  string
	Tasks   []task
	Dir     string // its own, empty
	Entries int
	Round   int
	Profile string // directory of CPU profiles; none if empty
	Crash   bool   // write what the tasks will recover, and die
}

// String names the engine and the works of a job.
func (j job) String() string {
	var tasks []string
	for _, t := range j.Tasks {
		tasks = append(tasks, fmt.Sprintf("%s at %d goroutines", t.Work, t.Goroutines))
	}
	return fmt.Sprintf("engine %s, %s, round %d", j.Engine, strings.Join(tasks, ", "), j.Round+1)
}
