package exec

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/lightningdb/lightning-torture/cmd/cli"
	"github.com/lightningdb/lightning-torture/cmd/internal/cmdline"
	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/faultfs"
	"github.com/lightningdb/lightning-torture/reports/programs"
	"github.com/lightningdb/lightning-torture/workloads/hostdisk"
	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/kernel"
	"github.com/lightningdb/lightning-torture/workloads/program/lrec"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
	"github.com/lightningdb/lightning-torture/workloads/program/stage"
	"github.com/lightningdb/lightning-torture/workloads/program/wasm"
)

const text = `Torture a program that knows nothing about the lab: a database server, a command-line tool, anything in any language.

The program runs on a disk of the lab, which FUSE mounts for it alone, and acknowledges what it has made durable: it appends
lines to {dir}/.torture/ack, or prints lines that match --acks stdout=REGEX. {dir} stands for the directory of its store. Then
power is cut after every operation of the disk. The checker recovers each store that may be left, and checks that everything
that was acknowledged is there; the lines are in the file {acks}, or $TORTURE_ACKS. It exits with 0 if so and with 1 if not. Its
last line says what is wrong.

If the program is a server, it runs until it is stopped. --ready says when it is up: a command that exits with 0, output=REGEX
for a line that it prints, port=N, or file=PATH. A server that listens before it has recovered needs a command. Then the command
--work drives it and acknowledges, and --stop stops it. To recover a store, the server is started on it, the checker queries it
like a client, and the server is killed. A server that does not start or does not become ready has failed. Server and clients
have a network of their own, so ports are always free, and {tmp} is an empty directory for sockets and logs. --setup prepares a
store before power is cut for the first time.

With --steps N, the argument {steps} tells the program (or --work) how many steps to do, N at first. Findings are then looked for
in shorter runs, and shown in the shortest run that has them.

A checker only looks at a store. With --again, the program also continues on each recovered store, in a second run that
acknowledges like the first, and the store is then checked once more.

With --stacks, findings and --audit say where in the program's source each operation comes from: the line and the line that called
it, without the C library and the standard library of the language. The program needs no change. Compile C, C++ and Rust with -g;
otherwise only functions are known, not lines.

Recording needs Linux and FUSE, and either root or user namespaces and access to /dev/fuse. Nothing stays mounted, whatever is killed.
A recording (--record) can be searched anywhere (--from).

With --on ext4, xfs or btrfs, the program runs on that filesystem of this kernel, on a disk that records writes and flushes, and the
kernel recovers what a power cut can leave of the disk: everything before a flush, and any part of what came after it. This needs
root and mkfs. A fault hits the disk there: "eio write nth=30" or "eio sync from=3" fails its writes or flushes, and the kernel reacts.
With --dump, the program also runs on a disk of the lab, to know the right states. Profiles, --audit and --observe are for disks of the lab.

With --on wasm, a Go program runs in this process instead, built for wasip1: no FUSE, no root, any operating system. PROGRAM and
--setup are packages or .wasm files, and the checker may be one too. A seed determines the order in which goroutines run, as
with wasmexec. The program runs with the seeds 1 to 20, or with those given, until a search finds something. wasip1 has no cgo,
no memory maps, no sockets, no file locks and no processes.`

const example = `  lightning-torture exec --check './check.sh {dir} {acks}' -- ./program --data {dir}
  lightning-torture exec --acks 'stdout=^stored (.*)' --check 'checker {dir}' --serve -- ./program {dir}
  lightning-torture exec --ready 'redis-cli ping | grep PONG' --work './client {dir}' --check './client check {acks}' -- redis-server --dir {dir} --appendonly yes --appendfsync always
  lightning-torture exec --stacks --audit -- ./program --data {dir}
  lightning-torture exec --record run.lrec -- ./program {dir}
  lightning-torture exec --from run.lrec --check './check.sh {dir} {acks}' --profile ext4-ordered
  lightning-torture exec --on ext4 --check './check.sh {dir} {acks}' -- ./program --data {dir}
  lightning-torture exec --on wasm --sweep 300 --check './store check {dir} {acks}' -- ./store work {dir}`

// Command returns the command exec.
func Command() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use: "exec [flags] -- PROGRAM [ARGUMENTS]", Short: "Torture any program, on a disk that loses power", Long: text, Example: example,
		Annotations: map[string]string{
			cli.ViolationAnnotation: "a recovered store lacks what was acknowledged",
			cli.TryAnnotation:       "exec --help\tany program, in any language, on a disk that loses power",
		},
		Args: func(cmd *cobra.Command, args []string) error {
			return errors.Join(f.validate(args), f.validateOn(cmd.Flags()))
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case f.on == wasm.Name:
				return runWasm(cmd.Context(), cmd.OutOrStdout(), &f, cmd.Flags(), args)
			case kernel.Known(f.on):
				return runKernel(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), &f, cmd.Flags(), args)
			}
			return run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), &f, args)
		},
	}
	f.add(cmd.Flags())
	cmdline.Complete(cmd, "on", cmdline.Fixed(ways...))
	cmdline.Complete(cmd, "format", cmdline.Fixed(formats...))
	cmdline.Complete(cmd, "profile", cmdline.Fixed(profileNames()...))
	return cmd
}

func profileNames() []string {
	var names []string
	for _, p := range faultfs.Profiles() {
		names = append(names, p.Name)
	}
	return names
}

// run records and searches, and prints what was found.
func run(ctx context.Context, out, errOut io.Writer, f *flags, args []string) error {
	r, err := request(f.inSteps(f.steps, args))
	if err != nil {
		return err
	}
	if r.Recording == nil || r.Spec.NeedsStage() {
		if err := stage.Possible(ctx); err != nil {
			return exit.Because(ctx, err)
		}
	}
	began := time.Now()
	outcome := &native.Outcome{Recording: r.Recording}
	if r.Recording == nil || !r.OnlyTape {
		outcome, err = native.Explore(ctx, r, (&progressLine{w: errOut, began: began}).show)
	}
	if err != nil && (ctx.Err() == nil || outcome == nil || outcome.Result == nil) {
		return exit.Because(ctx, err)
	}
	if f.record != "" {
		if err := save(f.record, r.Spec, outcome.Recording); err != nil {
			return err
		}
	}
	if f.audit {
		return f.printHints(out, outcome.Recording)
	}
	if r.OnlyTape {
		return f.printRecorded(out, outcome.Recording)
	}
	took := time.Since(began)
	result := f.fewest(ctx, foundBy(r, outcome), took, func(ctx context.Context, steps int, all bool) (*found, error) {
		r, err := request(f.inSteps(steps, args))
		if err != nil {
			return nil, err
		}
		r.First = !all
		outcome, err := native.Explore(ctx, r, nil)
		if err != nil {
			return nil, err
		}
		return foundBy(r, outcome), nil
	})
	err = publish(out, f, &programs.Report{Result: result.Result, Seconds: took.Seconds()}, result.fileOf)
	if ctx.Err() != nil {
		return context.Cause(ctx) // what was found so far has been printed
	}
	return err
}

// foundBy returns what a search found.
func foundBy(r native.Request, outcome *native.Outcome) *found {
	return &found{outcome.Result, func(finding *program.Finding) (*lrec.File, error) {
		return lrec.New(r.Spec, outcome.Recording, finding)
	}}
}

// request returns what the flags ask for.
func request(f *flags, args []string) (native.Request, error) {
	r := native.Request{
		Limits: f.limits(), Profile: f.profile, Device: f.device, OnlyTape: f.tapeOnly(),
	}
	server := f.server.spec()
	if f.from != "" {
		file, err := f.recordedFiles()
		if err != nil {
			return r, err
		}
		r.Recording, args = file.Recording, file.Recording.Program
		if server, err = savedServer(server, file, f.from); err != nil {
			return r, err
		}
	}
	spec, err := f.spec(args, server)
	r.Spec = spec
	if err == nil && f.from == "" { // a search of a recording may not need its program
		err = allInstalled(&spec)
	}
	return r, err
}

// recordedFiles returns the recording to search, on a disk of the lab.
func (f *flags) recordedFiles() (*lrec.File, error) {
	file, err := lrec.Load(f.from)
	if err != nil {
		return nil, exit.With(exit.BadUsage, err)
	}
	if file.Blocks != nil {
		return nil, exit.Usagef("%s was recorded on %s; give --on %s too", f.from, file.Recording.Way, file.Recording.Way)
	}
	return file, nil
}

// savedServer returns how to run the server of a recording, unless flags say it. A program that was recorded as a
// server is run as one.
func savedServer(given *native.Server, file *lrec.File, name string) (*native.Server, error) {
	var saved native.Spec
	if given != nil {
		return given, nil
	}
	if err := json.Unmarshal(file.Spec, &saved); err != nil {
		return nil, exit.With(exit.BadUsage, fmt.Errorf("%w: %s: %w", lrec.ErrFile, name, err))
	}
	return saved.Server, nil
}

// save saves the recording, with the spec of the way in which the program ran.
func save(name string, spec any, rec *program.Recording) error {
	file, err := lrec.New(spec, rec, nil)
	if err != nil {
		return err
	}
	return file.Save(name)
}

func (f *flags) printRecorded(out io.Writer, rec *program.Recording) error {
	_, err := fmt.Fprintf(out, "recorded %d operations and %d acknowledgements in %s\n", len(rec.Trace), len(rec.Acks), f.record)
	return err
}

// printHints prints what is not durable at acknowledgements.
func (f *flags) printHints(out io.Writer, rec *program.Recording) error {
	model, err := f.model()
	if err != nil {
		return err
	}
	hints := program.Audit(rec, model)
	if f.format == "json" {
		return programs.HintsJSON(out, hints)
	}
	return programs.HintsText(out, hints, len(rec.Acks))
}

// model returns the disk model that the flags ask for.
func (f *flags) model() (faultfs.Model, error) {
	profile, err := faultfs.ProfileNamed(f.profile)
	if err != nil {
		return faultfs.Model{}, err
	}
	device, err := faultfs.ParseDevice(f.device)
	return faultfs.Model{Profile: profile, Device: device}, err
}

// publish saves the findings, in files that another function makes, and the page, and prints the report. What cannot be saved, as on a
// full disk, is printed all the same.
func publish(out io.Writer, f *flags, report *programs.Report, fileOf func(*program.Finding) (*lrec.File, error)) error {
	var unsaved error
	for i := range report.Findings {
		finding := &report.Findings[i]
		file, err := fileOf(finding)
		if err != nil {
			return err
		}
		finding.File = filepath.Join(f.dir, "findings", finding.ID+lrec.Ext)
		if err := file.Save(finding.File); err != nil {
			unsaved, finding.File = errors.Join(unsaved, err), ""
		}
	}
	page := cmp.Or(f.html, filepath.Join(f.dir, "report.html"))
	err := os.MkdirAll(filepath.Dir(page), 0o755)
	if err == nil {
		err = hostdisk.WriteFile(page, 0o644, func(w io.Writer) error { return programs.HTML(w, report) })
	}
	write := programs.Text
	if f.format == "json" {
		write = programs.JSON
	}
	if err := errors.Join(write(out, report), unsaved, err); err != nil {
		return err
	}
	switch {
	case len(report.Findings) > 0:
		return exit.Violation
	case !report.Passed:
		return exit.Inconclusive
	}
	return nil
}
