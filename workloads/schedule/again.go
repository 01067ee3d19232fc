package schedule

import (
	"context"
	"errors"
	"io"

	"github.com/tetratelabs/wazero/experimental"
)

// Again runs one program from one seed many times, each time with other files, as Run would, but much faster: most of a short
// run is the start of Go's runtime, which is the same each time. Again lets the program start once, saves its state before it
// looks at a file for the first time, and puts that state back when the program has ended. An Again belongs to one goroutine.
// It must be closed.
type Again struct {
	program  *Program
	seed     uint64
	job      Job
	look     look
	instance *instance // that will be put back; nil if the next run needs a new one
	starts   int
}

// look is the last pause before a program first looks at a file: a moment that all runs from one seed share.
type look struct {
	entered uint64 // functions; 0: not known, or it never looks
	hash    uint64 // of the course up to there
}

// Again returns what runs the program from a seed. The files, the standard output and the standard error of the job are given
// for each run; its standard input is empty.
func (p *Program) Again(seed uint64, job Job) *Again {
	job.Stdin = nil
	return &Again{program: p, seed: seed, job: job}
}

// Run runs the program with the given files, and prints to the given writers, which may be nil. The outcome is that of
// Program.Run, hash and all.
func (a *Again) Run(ctx context.Context, files Files, stdout, stderr io.Writer) (Outcome, error) {
	if a.instance == nil {
		a.start(ctx)
	}
	i := a.instance
	i.lives <- life{files, stdout, stderr}
	end := <-i.ends
	a.look = i.look
	if end.last {
		a.instance = nil
	}
	return end.outcome, end.err
}

// Starts returns how many instances of the program there were.
func (a *Again) Starts() int { return a.starts }

// Close ends the instance that waits for the next run.
func (a *Again) Close() error {
	if a.instance == nil {
		return nil
	}
	close(a.instance.lives)
	a.instance = nil
	return nil
}

func (a *Again) start(ctx context.Context) {
	a.starts++
	a.instance = &instance{look: a.look, lives: make(chan life), ends: make(chan end, 2)}
	go a.instance.run(context.WithoutCancel(ctx), a.program, a.seed, a.job)
}

// life is one run of an instance.
type life struct {
	files          Files
	stdout, stderr io.Writer
}

// end is how a life ended.
type end struct {
	outcome Outcome
	err     error
	last    bool // the instance has ended too
}

// instance is a program that was started once, and lives several times.
type instance struct {
	world   *world
	lives   chan life
	ends    chan end
	look    look // zero: the first life finds it out
	latest  look // the last yield before now, until the program looks
	looked  bool
	saved   *state   // from which each further life begins; nil until then
	open    []uint32 // the descriptors of open files
	opening uint32   // where the next one will be written
	closing uint32   // the one that is being closed
}

func (i *instance) run(ctx context.Context, p *Program, seed uint64, job Job) {
	i.world = newWorld(seed, job)
	i.world.files, i.world.again = &tree{}, i
	i.world.stdout.keeps, i.world.stderr.keeps = true, true
	i.begin(<-i.lives)
	module, err := p.runtime.InstantiateModule(experimental.WithSnapshotter(i.world.within(ctx)), p.compiled, i.world.config(seed, job, ""))
	if module != nil {
		err = errors.Join(err, module.Close(ctx))
	}
	i.ends <- end{outcome: i.world.outcome(err), last: true}
}

func (i *instance) begin(l life) {
	i.world.files.Files = l.files
	i.world.stdout.exchange(l.stdout)
	i.world.stderr.exchange(l.stderr)
}
