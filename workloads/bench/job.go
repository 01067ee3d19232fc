package bench

import (
	"fmt"
	"strings"
)

// task names a work and the number of goroutines that execute it.
type task struct {
	Work       string
	Goroutines int
}

// job is the work of one process: tasks that share a store.
type job struct {
	Engine  string
	Tasks   []task
	Dir     string // the job's own, empty at first
	Entries int
	Round   int
	Profile string // directory for CPU profiles; empty: none
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
