package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: crosscheck GOOS,GOOS... DIR...; each DIR is the root of a Go module")
		os.Exit(2)
	}
	failed := false
	for goos := range strings.SplitSeq(os.Args[1], ",") {
		for _, dir := range os.Args[2:] {
			complaints, err := check(goos, dir)
			if err != nil {
				fmt.Fprintln(os.Stderr, "crosscheck:", err)
				os.Exit(2)
			}
			for _, c := range complaints {
				failed = true
				fmt.Fprintf(os.Stderr, "%s: %s\n", goos, c)
			}
		}
	}
	if failed {
		os.Exit(1)
	}
}
