package schedule

import (
	"context"
	"errors"
	"io"

	"github.com/tetratelabs/wazero/experimental"
)

// Again runs one program from one seed many times, each time with different files. The result is that of Run but comes
// much faster, because most of a short run is the start of Go's runtime, which is the same each time. Again lets the
// program start once, saves its state before it first accesses a file, and restores that state when the program has
// ended. An Again is not safe for concurrent use. It must be closed.
type Again struct {
	program  *Program
	seed     uint64
	job      Job
	look     look
	instance *instance // will be restored for the next run; nil if that needs a new one
	starts   int
}

// look is the last pause before a program first accesses a file. Up to there, all runs from one seed are the same.
type look struct {
	entered uint64 // functions entered by then; 0: not known, or the program never accesses a file
	hash    uint64 // of the course up to there
}

// Again returns a runner of the program for one seed. The files, the standard output and the standard error of job are
// ignored, because each run gets its own; the standard input is empty.
func (p *Program) Again(seed uint64, job Job) *Again {
	job.Stdin = nil
	return &Again{program: p, seed: seed, job: job}
}

// Run runs the program with the given files, and prints to the given writers, which may be nil. The outcome is that of
// Program.Run, including the hash.
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

// Starts returns the number of instances started so far.
func (a *Again) Starts() int { return a.starts }

// Close ends the instance kept for the next run.
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
	last    bool // the instance has ended as well
}

// instance is a program that was started once and lives several times.
type instance struct {
	world   *world
	lives   chan life
	ends    chan end
	look    look // zero: to be found out in the first life
	latest  look // the latest yield, until the program accesses a file
	looked  bool
	saved   *state   // the state in which every later life begins; nil until saved
	open    []uint32 // descriptors of open files
	opening uint32   // the address to which the call under way writes a new descriptor
	closing uint32   // the descriptor that the call under way closes
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
