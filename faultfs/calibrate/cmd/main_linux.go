package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/lightningdb/lightning-torture/faultfs/blockdev/blockfs"
	"github.com/lightningdb/lightning-torture/faultfs/blockdev/kernelfs"
	"github.com/lightningdb/lightning-torture/faultfs/calibrate"
	"github.com/lightningdb/lightning-torture/faultfs/litmus"
)

// Exit codes.
const (
	exitUnexpected = 1
	exitTrouble    = 2
)

var errUsage = errors.New("calibrate")

func main() {
	blockfs.ServeIfAsked()
	if reason := kernelfs.Missing(); reason != "" {
		fmt.Println("calibrate: skipped:", reason)
		return
	}
	if !private() {
		os.Exit(runPrivate())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	unexpected, err := run(ctx, arguments())
	stop()
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(exitTrouble)
	case unexpected > 0:
		os.Exit(exitUnexpected)
	}
}

// run runs the matrix selected by the arguments and prints it.
func run(ctx context.Context, args []string) (unexpected int, err error) {
	o := calibrate.Options{Progress: progress}
	flags := flag.NewFlagSet("calibrate", flag.ContinueOnError)
	filesystems := flags.String("fs", "", "comma-separated profiles of the filesystems, such as ext4-ordered,xfs; all if empty")
	programs := flags.String("program", "", "comma-separated IDs of the programs, such as L03,L14; all if empty")
	format := flags.String("format", "text", "output format: text, json or markdown")
	flags.IntVar(&o.Plans, "plans", 0, "runs of each program on each filesystem; 0 for the default")
	flags.IntVar(&o.States, "states", 0, "disks examined per run; 0 for the default")
	flags.StringVar(&o.Keep, "keep", "", "directory in which to save disks whose outcome the model does not allow")
	if err := flags.Parse(args); err != nil {
		return 0, err
	}
	write, ok := map[string]func(*calibrate.Result) error{
		"text":     func(r *calibrate.Result) error { return r.WriteText(os.Stdout) },
		"json":     func(r *calibrate.Result) error { return r.WriteJSON(os.Stdout) },
		"markdown": func(r *calibrate.Result) error { return r.WriteMarkdown(os.Stdout) },
	}[*format]
	if !ok {
		return 0, fmt.Errorf("%w: -format must be text, json or markdown", errUsage)
	}
	if o.Filesystems, err = choose(*filesystems, calibrate.Filesystems(), calibrate.Filesystem.String); err != nil {
		return 0, err
	}
	if o.Programs, err = choose(*programs, litmus.Programs(), func(p litmus.Program) string { return p.ID }); err != nil {
		return 0, err
	}
	o.Filesystems = slices.DeleteFunc(o.Filesystems, missing)
	result, err := calibrate.Run(ctx, o)
	return result.Unexpected(), errors.Join(write(&result), err)
}

// choose returns the elements of all that are named in a comma-separated list.
func choose[T any](list string, all []T, name func(T) string) (chosen []T, err error) {
	if list == "" {
		return all, nil
	}
	for word := range strings.SplitSeq(list, ",") {
		i := slices.IndexFunc(all, func(t T) bool { return name(t) == word })
		if i < 0 {
			var names []string
			for _, t := range all {
				names = append(names, name(t))
			}
			return nil, fmt.Errorf("%w: unknown %q; choose from %s", errUsage, word, strings.Join(names, ", "))
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

// missing reports whether a filesystem cannot be tested here, and prints why.
func missing(fs calibrate.Filesystem) bool {
	reason := fs.Missing()
	if reason != "" {
		fmt.Fprintf(os.Stderr, "calibrate: %s skipped: %s\n", fs, reason)
	}
	return reason != ""
}

func progress(c calibrate.Cell) {
	fmt.Fprintf(os.Stderr, "%-14s %s  %d of %d outcomes on %d disks", c.Filesystem, c.Program,
		len(c.Allowed)-len(c.Unseen()), len(c.Allowed), c.States)
	if n := len(c.Unexpected()); n > 0 {
		fmt.Fprintf(os.Stderr, ", %d UNEXPECTED", n)
	}
	fmt.Fprintln(os.Stderr)
}
