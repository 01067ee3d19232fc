package main

import (
	"fmt"
	"io"
	"os"
	"text/tabwriter"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: structure DIR...; each DIR is the root of a Go module")
		os.Exit(2)
	}
	failed := false
	for _, dir := range os.Args[1:] {
		packages, err := measure(dir)
		if err != nil {
			fmt.Fprintln(os.Stderr, "structure:", err)
			os.Exit(2)
		}
		printTable(os.Stdout, packages)
		for _, p := range packages {
			for _, complaint := range p.complaints() {
				failed = true
				fmt.Fprintf(os.Stderr, "%s: %s\n", p.path, complaint)
			}
		}
	}
	if failed {
		os.Exit(1)
	}
}

func printTable(w io.Writer, packages []pkg) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "files\tlines\texported\tcycle\twith root\t  package")
	for _, p := range packages {
		fmt.Fprintf(t, "%d\t%d\t%d\t%d\t%d\t  %s\n", p.files, p.lines, p.exported, len(p.cycle), len(p.cycleWithRoot), p.path)
	}
	_ = t.Flush() // as above: if the table cannot be printed, the exit code still says it
}
