// Command lightning-torture is a lab of thirty lines with the command line, exit codes and JSON result of the real one.
// Flags make it misbehave.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"

	"example.com/fixture/engine"
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == "list" && os.Args[2] == "faults" {
		fmt.Println("adding     sums are checked")
		fmt.Println("idle       nothing is")
		return
	}
	if os.Args[1] == "replay" {
		fmt.Println(`{"reproduced":true,"attempts":20,"hits":19}`)
		os.Exit(1)
	}
	flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	format := flags.String("format", "", "must be json")
	flags.Duration("for", 0, "as in the real lab")
	flags.Duration("limit", 0, "as in the real lab")
	flags.Int("stop-after", 0, "as in the real lab")
	dir := flags.String("dir", "", "must exist")
	fault := flags.String("fault", "adding", "as listed")
	flags.String("scenario", "", "as in the real lab")
	profile := flags.String("profile", "real", "with lose-all nothing is found")
	alarm := flags.Bool("false-alarm", false, "complain about any engine")
	silent := flags.Bool("exit-zero", false, "leave with 0 in spite of findings")
	_ = flags.Parse(os.Args[2:])
	if _, err := os.Stat(*dir); err != nil || *format != "json" || os.Args[1] != "run" {
		fmt.Fprintln(os.Stderr, "wrong command line", os.Args, err)
		os.Exit(3)
	}
	start := time.Now()
	var s engine.Store
	s.Add(2)
	s.Add(3)
	lost := s.Sum() != 5 && *fault == "adding" && *profile != "lose-all"
	if lost || *alarm {
		fmt.Printf(`{"version":1,"verdict":"fail","elapsed_seconds":%f,"findings":[{"judge":"bank","class":"total",`+
			`"workload":"bank","fault":"none","sentence":"the sum is %d, want 5","token":"LT2-ADD","shrunk":{"operations":2},`+
			`"explanation":{"sentence":"one is gone","lost":1,"by":{"stack":["engine/engine.go:8 engine.(*Store).Add.func1"]}}}]}`, time.Since(start).Seconds()+1.5, s.Sum())
		if !*silent {
			os.Exit(1)
		}
		return
	}
	fmt.Println(`{"version":1,"verdict":"pass","elapsed_seconds":60,"findings":[]}`)
}
