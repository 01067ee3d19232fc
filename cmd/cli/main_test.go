package cli

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"stubborn": stubborn,
		"doomed":   doomed,
	})
}

// stubborn is the tool with a lab that does not stop when it is asked to.
func stubborn() {
	t := newTool(App{Targets: []torture.Target{{Name: "lightning"}}})
	t.check = func(ctx context.Context, _ torture.Target, _ torture.Options) (*torture.Result, error) {
		fmt.Println("running")
		<-ctx.Done()
		fmt.Println("asked to stop")
		select {}
	}
	os.Exit(execute(t, os.Args[1:]))
}
